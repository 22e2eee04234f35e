import { spawn } from 'node:child_process';
import { command, onWord } from './command.mjs';

const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
onWord(() => child.kill('SIGKILL'));
