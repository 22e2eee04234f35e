import { pathToFileURL } from 'node:url';
import { onWord, command as words } from './command.mjs';

// Where it is installed comes first.
const [place, ...command] = words;
const { execa } = await import(pathToFileURL(place).href);
const child = execa(command[0], command.slice(1), { stdio: 'ignore', reject: false, killDescendants: true });
onWord(() => child.kill('SIGKILL'));
