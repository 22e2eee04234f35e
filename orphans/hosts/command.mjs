// What each host is given: what to start, and the word by which it is told to kill that.

import process from 'node:process';

export const [, , ...command] = process.argv;

/**
 * @param {() => unknown} kill
 */
export function onWord(kill) {
  process.stdin.once('data', async () => {
    await kill();
    process.stdout.write('done\n');
  });
}
