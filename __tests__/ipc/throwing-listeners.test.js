'use strict';
// Listeners of messages that throw.

const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** A child whose messages are all there at once, and its end too where it does not wait. */
const listen = ({ spawn }, report, waits) => {
  process.on('uncaughtException', (error) => report(`uncaught: ${error.message}`));
  const lines = [1, 2, 3].map((number) => `{"number":${number}}\\n`).join('');
  const script = `printf '${lines}' >&3; ${waits ? 'read go' : 'exit 0'}`;
  const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'ignore', 'ignore', 'ipc'] });
  child.on('message', ({ number }) => {
    report(number);
    process.nextTick(report, `a tick of ${number}`);
    if (number === 3) child.stdin.end();
    throw new Error(`thrown at ${number}`);
  });
  child.on('exit', () => report('exit'));
};

test.each([
  ['goes on living', true],
  ['has ended by then', false],
])('the next messages of a child that %s are told all the same', async (_name, waits) => {
  const seen = await onBoth(async (module) => {
    const reports = await reportsOf(module, listen, { args: [waits] });
    return reports.filter((report) => report !== 'exit' && !String(report).startsWith('a tick'));
  });
  expect(seen).toEqual([1, 2, 3].flatMap((number) => [number, `uncaught: thrown at ${number}`]));
});

test('what they have put off comes when the messages of that turn are told', async () => {
  const seen = await onBoth((module) => reportsOf(module, listen, { args: [true] }));
  expect(seen.at(-1)).toBe('exit');
});
