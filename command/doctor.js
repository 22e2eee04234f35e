'use strict';
// forkless doctor: what forkless is on this machine and what it gains, as text or as JSON.

const { judge, table } = require('./judgement.js');
const { ALIVE_MB, NEEDED_MB, measure } = require('./measure.js');
const { describe } = require('./surroundings.js');

/** @typedef {import('./surroundings.js').Surroundings} Surroundings */
/** @typedef {import('./measure.js').Row} Row */

/** @param {{ json: boolean }} options */
async function doctor({ json }) {
  const surroundings = await describe();
  if (!json) console.log(`${lines(surroundings).join('\n')}\n`);
  const measured = tryToMeasure(surroundings.native);
  if (json) console.log(JSON.stringify({ ...surroundings, ...measured }, null, 2));
  else console.log(measured.rows ? report(measured.rows) : `Nothing could be measured: ${measured.error}`);
  if (surroundings.isExpected && !surroundings.native) process.exitCode = 1;
}

/**
 * @param {boolean} native
 * @returns {{ rows: Row[] | null, judgement: string | null, error: string | null }}
 */
function tryToMeasure(native) {
  try {
    const rows = measure(native);
    return { rows, judgement: judge(rows), error: null };
  } catch (error) {
    return { rows: null, judgement: null, error: error instanceof Error ? error.message : String(error) };
  }
}

/** @param {Row[]} rows */
function report(rows) {
  const isWhole = rows.some(({ megabytes }) => megabytes === ALIVE_MB);
  const more = isWhole ? [] : [`With ${ALIVE_MB} MB alive nothing was measured: less than ${NEEDED_MB} MB are free.`];
  return [...table(rows), ...more, '', judge(rows)].join('\n');
}

/** @param {Surroundings} surroundings */
function lines(surroundings) {
  const { version, path, native, reason, addon, node, platform, libc, kernel, pidfd, vfork } = surroundings;
  const facts = [
    ['forkless', `${version}, ${path}`],
    ['native', native ? `yes${addon ? `, ${addon}` : ''}` : `no: ${reason}`],
    ['Node', [node, platform, libc].filter(Boolean).join(', ')],
    ['kernel', kernel],
    ['pidfd', pidfdText(pidfd)],
    ['vfork', VFORK[vfork ?? 'unknown']],
    ['registered', registeredText(surroundings)],
  ];
  return facts.map(([name, text]) => `${name.padEnd(12)}${text}`);
}

/** @param {boolean | null} pidfd */
function pidfdText(pidfd) {
  if (pidfd === null) return 'not known';
  return pidfd ? 'there: no thread waits for a child' : 'not there: each child takes a small thread';
}

const VFORK = {
  shared: 'there: nothing is copied at a start',
  copied: 'a copy of the memory is made at a start, as by an emulator',
  refused: 'refused, as by a sandbox: node:child_process starts the children',
  unknown: 'not known',
};

/** @param {Surroundings} surroundings */
function registeredText({ registered, isNamed }) {
  if (registered === false) return 'no: programs use forkless where they require it, or by forkless run';
  const place = registered === true ? '' : `: ${registered}`;
  const warning = isNamed ? '; not by its path, and a Node that starts where forkless does not resolve ends' : '';
  return `yes, by NODE_OPTIONS${place}${warning}`;
}

module.exports = { doctor };
