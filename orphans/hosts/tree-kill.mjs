import { spawn } from 'node:child_process';
import treeKill from 'tree-kill';
import { command, onWord } from './command.mjs';

const child = spawn(command[0], command.slice(1), { stdio: 'ignore' });
onWord(() => new Promise((resolve) => treeKill(child.pid, 'SIGKILL', resolve)));
