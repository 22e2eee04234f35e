import { command, onWord } from './command.mjs';

const child = new Deno.Command(command[0], {
  args: command.slice(1),
  stdin: 'null',
  stdout: 'null',
  stderr: 'null',
}).spawn();
onWord(() => child.kill('SIGKILL'));
