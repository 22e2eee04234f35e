'use strict';
// Numbers of many measuring processes into medians, ratios, verdicts and lines of a
// table. Pure: run.js measures and prints.

/**
 * @typedef {{ ratioAtMost?: number, ratioAtLeast?: number, atMost?: number }} Target of forkless against the
 *   built-in, or in the row's own unit
 * @typedef {{ title: string, unit: string, target?: Target }} Row
 * @typedef {{ median: number, p10: number, p90: number, rounds: number[] }} Summary
 * @typedef {Row & { builtin: Summary, forkless: Summary, ratio: number, met: boolean | undefined }} Result
 */

/**
 * @param {number[]} numbers
 * @param {number} q from 0 to 1
 */
function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const high = Math.ceil(position);
  return sorted[low] + (sorted[high] - sorted[low]) * (position - low);
}

/** @param {number[]} numbers */
const median = (numbers) => quantile(numbers, 0.5);

/**
 * The median is that of the processes' medians, the spread that of all samples.
 * @param {number[][]} rounds the samples of each process
 * @returns {Summary}
 */
function summarize(rounds) {
  const medians = rounds.map(median);
  const all = rounds.flat();
  return { median: median(medians), p10: quantile(all, 0.1), p90: quantile(all, 0.9), rounds: medians };
}

/**
 * @param {Row} row
 * @param {Summary} builtin
 * @param {Summary} forkless
 * @returns {Result}
 */
function compare(row, builtin, forkless) {
  const ratio = forkless.median / builtin.median;
  return { ...row, builtin, forkless, ratio, met: meets(row.target, ratio, forkless.median) };
}

/**
 * How both grow from one row to another, as a row of its own: round by round, so that it has a spread.
 * @param {{ title: string, target: Target }} growth
 * @param {Result} from
 * @param {Result} to
 * @returns {Result}
 */
function compareGrowth(growth, from, to) {
  const times = (/** @type {'builtin' | 'forkless'} */ name) =>
    summarize(to[name].rounds.map((value, round) => [value / from[name].rounds[round]]));
  return compare({ ...growth, unit: 'times' }, times('builtin'), times('forkless'));
}

/**
 * @param {Target | undefined} target
 * @param {number} ratio
 * @param {number} value
 */
function meets(target, ratio, value) {
  if (target?.ratioAtMost !== undefined) return ratio <= target.ratioAtMost;
  if (target?.ratioAtLeast !== undefined) return ratio >= target.ratioAtLeast;
  if (target?.atMost !== undefined) return value <= target.atMost;
  return undefined;
}

/** @param {number} value with the digits that mean something */
function digits(value) {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** @param {Target | undefined} target */
function targetText(target) {
  if (target?.ratioAtMost !== undefined) return `<= ${digits(target.ratioAtMost)} x`;
  if (target?.ratioAtLeast !== undefined) return `>= ${digits(target.ratioAtLeast)} x`;
  if (target?.atMost !== undefined) return `<= ${digits(target.atMost)}`;
  return '';
}

/** Widths of title, unit, three cells of each contestant, ratio and target. */
const WIDTHS = [-38, -6, 9, 9, 9, 10, 9, 9, 9, -11, -6];

/** @param {string[]} cells */
const line = (cells) =>
  cells
    .map((cell, i) => (WIDTHS[i] < 0 ? cell.padEnd(-WIDTHS[i]) : cell.padStart(WIDTHS[i])))
    .join(' ')
    .trimEnd();

/** The two lines over the table and the one under them. */
function header() {
  const rule = WIDTHS.map((width) => '-'.repeat(Math.abs(width))).join(' ');
  return [
    line(['', '', 'built-in', '', '', 'forkless', '', '', 'forkless', ' target', '']),
    line(['', '', 'median', 'p10', 'p90', 'median', 'p10', 'p90', '/ built-in', '', '']),
    rule,
  ].join('\n');
}

/** @param {Result} result */
function tableLine({ title, unit, builtin, forkless, ratio, target, met }) {
  const cells = [builtin, forkless].flatMap(({ median, p10, p90 }) => [median, p10, p90].map(digits));
  const verdict = met === undefined ? '' : met ? 'met' : 'MISSED';
  return line([title, unit, ...cells, digits(ratio), ` ${targetText(target)}`, verdict]);
}

/**
 * What the others come to, with the ratio of forkless on the running Node to each.
 * @param {Result & { peers?: Record<string, Summary> }} result
 */
function peersLine({ forkless, peers = {} }) {
  const cells = Object.entries(peers).map(
    ([name, { median: theirs }]) => `${name} ${digits(theirs)} (${digits(forkless.median / theirs)})`,
  );
  return cells.length > 0 ? `    ${cells.join(', ')}` : '';
}

/** @param {Result[]} results */
function closingLine(results) {
  const judged = results.filter(({ met }) => met !== undefined);
  return `${judged.filter(({ met }) => met).length} of ${judged.length} targets met.`;
}

module.exports = { closingLine, compare, compareGrowth, header, peersLine, summarize, tableLine };
