import { command, onWord } from './command.mjs';

Bun.spawn(command, { stdio: ['ignore', 'ignore', 'ignore'] });
// Its flag promises something for its own end.
onWord(() => process.exit());
