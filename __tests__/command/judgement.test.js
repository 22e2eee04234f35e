'use strict';
// What forkless doctor says of its numbers.

const { judge, table } = require('../../command/judgement.js');

/** Rows of times in microseconds: [built-in, forkless] of each. */
const rows = (little, much, execFile) => [
  { what: 'spawn', megabytes: 0, builtin: little[0], forkless: little[1] },
  { what: 'spawn', megabytes: 512, builtin: much[0], forkless: much[1] },
  { what: 'execFile', megabytes: 0, builtin: execFile[0], forkless: execFile[1] },
];

test.each([
  [
    'faster in all',
    rows([800, 200], [20_000, 200], [1200, 800]),
    'forkless is worth it on this machine. ' +
      'Faster: spawn() with 0 MB alive (4.0 times), spawn() with 512 MB alive (100.0 times), execFile() (1.5 times).',
  ],
  [
    'faster in one, as fast in two',
    rows([800, 780], [20_000, 200], [1200, 1210]),
    'forkless makes some difference on this machine. Faster: spawn() with 512 MB alive (100.0 times).',
  ],
  ['as fast in all', rows([800, 780], [820, 800], [1200, 1210]), 'forkless makes no difference on this machine.'],
  [
    'faster and slower',
    rows([800, 1600], [20_000, 200], [1200, 1200]),
    'forkless gains and loses on this machine: measure your program. ' +
      'Faster: spawn() with 512 MB alive (100.0 times). Slower: spawn() with 0 MB alive (2.0 times).',
  ],
  [
    'slower in one',
    rows([800, 800], [800, 800], [1000, 3000]),
    'forkless does not pay on this machine. Slower: execFile() (3.0 times).',
  ],
  [
    'the built-in alone',
    rows([800, null], [20_000, null], [1200, null]),
    'forkless is node:child_process here and changes nothing. ' +
      'One spawn() stops the loop for 800 us with 0 MB alive, 20.0 ms with 512 MB alive.',
  ],
])('%s', (_name, measured, sentence) => {
  expect(judge(measured)).toBe(sentence);
});

test('the table has a line for each row', () => {
  expect(table(rows([800, 200], [20_000, 150], [1200, null]))).toEqual([
    '                                             node:child_process  forkless',
    'one spawn() stops the loop for, 0 MB alive               800 us    200 us      0.25',
    'one spawn() stops the loop for, 512 MB alive            20.0 ms    150 us    0.0075',
    "execFile('true') to its callback                        1.20 ms",
  ]);
});
