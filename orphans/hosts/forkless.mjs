import { command, onWord } from './command.mjs';
import { spawn } from '../../index.js';

const options = { stdio: 'ignore', killDescendants: true, dieWithParent: true };
const child = spawn(command[0], command.slice(1), options);
onWord(() => child.kill('SIGKILL'));
