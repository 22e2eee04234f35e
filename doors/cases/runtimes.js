'use strict';
// Runtimes that are no Node: each gets its own module, and is told so.

const { fetchProgram } = require('../../scripts/fetch.js');
const { fallsBack, refuses } = require('../programs.js');

const RUNTIMES = [
  { name: 'Bun', command: () => [fetchProgram('bun', '1', 'bin/bun.exe')] },
  { name: 'Deno', command: () => [fetchProgram('deno', '2', 'deno'), 'run', '--allow-all'] },
];

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = RUNTIMES.flatMap(({ name, command }) =>
  ['required.cjs', 'imported.mjs', 'registering.mjs'].map((program) => ({
    name: `${name}: ${program}`,
    async run({ installed }) {
      const reason = new RegExp(`^${name} has a child_process of its own`);
      await fallsBack(reason, [...command(), program], await installed());
      await refuses(reason, [...command(), program], await installed());
    },
  })),
);
