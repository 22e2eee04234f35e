'use strict';
// The checks in which forkless differs from the built-in, on purpose. One that is in this list and does not differ fails,
// as one that differs and is not in it does.

const fs = require('node:fs');
const path = require('node:path');

/**
 * @typedef {object} Difference
 * @property {string} check
 * @property {string} heading of its paragraph in docs/differences.md: the words in bold
 * @property {string[]} [releases] ranges, both ends included; a major alone is all of its releases. All without it
 */

/** @type {Difference[]} */
const DIFFERENCES = [
  { check: "env: the caller's own object, with coverage", heading: 'An environment object is only read.' },
  {
    check: "permission: the caller's own environment object",
    heading: 'An environment object is only read.',
    releases: ['22.18-22', '24.4-26'],
  },
  { check: "options: what is written to the caller's own lists", heading: 'A list given as `stdio` is only read.' },
  {
    check: 'aborts: the listener that a failed start leaves',
    heading: 'An `AbortSignal` keeps no listener of a start that failed.',
  },
  { check: 'surface: a stream that nobody has asked for', heading: 'Streams are made when they are asked for.' },
  { check: 'surface: what keeps the loop alive', heading: '`child._handle`' },
  { check: "ipc: 'close' after the parent disconnects", heading: "`'close'` comes after `disconnect()` too." },
  { check: 'sync: the pid of a start that fails', heading: 'A start that failed has no pid.', releases: ['19.0'] },
  {
    check: 'frames: a length in two reads',
    heading: 'A length that comes in two reads is one.',
    releases: ['18-19', '20.0-20.18', '21', '22.0-22.13', '23.0-23.6'],
  },
  {
    check: 'frames: a length of 4 GB',
    heading: 'A length has no sign.',
    releases: ['18-21', '22.0-22.21', '23', '24.0-24.12', '25.0-25.4'],
  },
  {
    check: 'diagnostics: handles of pipes in what tracing tells',
    heading: "`tracingChannel('child_process.spawn')`",
    releases: ['24.15-24', '25.8-26'],
  },
];

/** @param {string} version its major and minor as one number that can be compared */
function ordinal(version) {
  const [major, minor] = version.split('.');
  return Number(major) * 1000 + Number(minor ?? 0);
}

/**
 * @param {string} release
 * @param {string} range
 */
function isIn(release, range) {
  const [first, last = first] = range.split('-');
  const end = last.includes('.') ? ordinal(last) : ordinal(last) + 999;
  return ordinal(release) >= ordinal(first) && ordinal(release) <= end;
}

/**
 * Whether a check is one in which the modules differ on a release.
 * @param {string} check
 * @param {string} release
 */
function isListed(check, release) {
  return DIFFERENCES.some(
    ({ check: name, releases }) => name === check && (!releases || releases.some((range) => isIn(release, range))),
  );
}

/** The headings that docs/differences.md does not have. */
function unknownHeadings() {
  const text = fs.readFileSync(path.join(__dirname, '..', 'docs', 'differences.md'), 'utf8');
  return DIFFERENCES.map(({ heading }) => heading).filter((heading) => !text.includes(`**${heading}**`));
}

module.exports = { isListed, unknownHeadings };
