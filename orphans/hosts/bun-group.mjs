import { command, onWord } from './command.mjs';

const child = Bun.spawn(command, { stdio: ['ignore', 'ignore', 'ignore'], detached: true });
onWord(() => process.kill(-child.pid, 'SIGKILL'));
