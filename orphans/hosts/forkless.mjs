import { spawn } from '../../index.js';
import { command, onWord } from './command.mjs';

const options = { stdio: 'ignore', killDescendants: true, dieWithParent: true };
const child = spawn(command[0], command.slice(1), options);
onWord(() => child.kill('SIGKILL'));
