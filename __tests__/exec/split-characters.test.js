'use strict';
// exec() and execFile() of children that end within a character, or write one in two pieces: whenever the streams are
// asked for, the callback has the text of the built-in, each time.

const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const TIMES = 20;

/** Encoding, what is written first, and after a pause. */
const OUTPUTS = [
  ['utf8', 'a\\342\\202', null],
  ['utf8', 'a\\360\\237\\230', null],
  ['utf8', '\\303', null],
  ['utf8', 'a\\342', '\\202\\254b'],
  ['utf8', 'a\\360\\237', '\\230\\200b'],
  ['utf8', 'a\\342', '\\202'],
  ['utf16le', 'a\\000\\075\\330\\000', null],
  ['utf16le', 'a\\000\\075', '\\330\\000\\336'],
  ['base64', 'ab', null],
  ['base64', 'a', 'bcd'],
  ['latin1', 'a\\351', '\\351'],
  ['hex', 'a', 'b\\377'],
];

/** When the streams are asked for, and whether somebody else reads them then. */
const MOMENTS = [
  ['never', false],
  ['at once', false],
  ['at once', true],
  ["in 'spawn'", false],
  ["in 'spawn'", true],
  ["in the first 'data' of the other stream", true],
  ["in 'exit'", false],
  ["in 'exit'", true],
  ["in 'close'", false],
];

/** Runs each output so many times, in turn for both calls, and tells of all different results. */
const runAll = async ({ exec, execFile }, report, { moment, isRead, outputs, times }) => {
  const ask = ({ stdout, stderr }) => {
    if (!isRead) return;
    stdout.on('data', () => {});
    stderr.on('data', () => {});
  };
  const [, event] = moment.match(/^in '(\w+)'$/) ?? [];
  const run = (call, encoding, script) =>
    new Promise((resolve) => {
      const told = (error, stdout, stderr) => resolve(JSON.stringify([error?.message ?? null, stdout, stderr]));
      const child =
        call === 'exec' ? exec(script, { encoding }, told) : execFile('sh', ['-c', script], { encoding }, told);
      if (moment === 'at once') ask(child);
      else if (event) child.on(event, () => ask(child));
      else if (moment !== 'never') child.stderr.once('data', () => ask(child));
    });
  for (const [encoding, first, second] of outputs) {
    const write = (bytes) => `printf '${bytes}' >&2; printf '${bytes}'`;
    const script = second === null ? write(first) : `${write(first)}; sleep 0.005; ${write(second)}`;
    for (const call of ['exec', 'execFile']) {
      const results = await Promise.all(Array.from({ length: times }, () => run(call, encoding, script)));
      report([call, encoding, first, second, ...new Set(results)]);
    }
  }
};

test.each(MOMENTS)('streams asked for %s, read there: %p', async (moment, isRead) => {
  const given = { moment, isRead, outputs: OUTPUTS, times: TIMES };
  const reports = await onBoth((module) => reportsOf(module, runAll, { args: [given] }));
  // A single one: what came of it was the same each time.
  expect(reports.filter(({ length }) => length !== 5)).toEqual([]);
});
