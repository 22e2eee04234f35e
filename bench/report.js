'use strict';
// Numbers of many measuring processes into medians, ratios, verdicts and lines of a
// table. Pure: run.js measures and prints.

/**
 * @typedef {{ ratioAtMost?: number, ratioAtLeast?: number, atMost?: number }} Target of forkless against the
 *   built-in, or in the row's own unit
 * @typedef {{ title: string, unit: string, target?: Target }} Row
 * @typedef {{ median: number, p10: number, p90: number, rounds: number[] }} Summary
 * @typedef {'met' | 'floor' | 'MISSED'} Verdict `floor`: missed, but as near to the floor as can be asked for
 * @typedef {Row & { builtin: Summary, forkless: Summary, ratio: number, verdict: Verdict | undefined }} Result
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

/** So near to a program with nothing between it and the kernel counts as having arrived. */
const NEAR_THE_FLOOR = 1.15;

/**
 * @param {Row} row
 * @param {Summary} builtin
 * @param {Summary} forkless
 * @param {Summary} [floor]
 * @returns {Result}
 */
function compare(row, builtin, forkless, floor) {
  const ratio = forkless.median / builtin.median;
  return { ...row, builtin, forkless, ratio, verdict: judge(row.target, ratio, forkless, floor) };
}

/**
 * @param {Target | undefined} target
 * @param {number} ratio
 * @param {Summary} forkless
 * @param {Summary | undefined} floor
 * @returns {Verdict | undefined}
 */
function judge(target, ratio, forkless, floor) {
  if (!target) return undefined;
  if (meets(target, ratio, forkless.median)) return 'met';
  const more = forkless.median / (floor?.median ?? Number.NaN);
  return (target.ratioAtLeast ? 1 / more : more) <= NEAR_THE_FLOOR ? 'floor' : 'MISSED';
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
 * @param {Target} target
 * @param {number} ratio
 * @param {number} value
 */
function meets({ ratioAtMost, ratioAtLeast, atMost = Number.POSITIVE_INFINITY }, ratio, value) {
  if (ratioAtMost !== undefined) return ratio <= ratioAtMost;
  if (ratioAtLeast !== undefined) return ratio >= ratioAtLeast;
  return value <= atMost;
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
function tableLine({ title, unit, builtin, forkless, ratio, target, verdict }) {
  const cells = [builtin, forkless].flatMap(({ median, p10, p90 }) => [median, p10, p90].map(digits));
  return line([title, unit, ...cells, digits(ratio), ` ${targetText(target)}`, verdict ?? '']);
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
  const count = (/** @type {Verdict} */ verdict) => results.filter((result) => result.verdict === verdict).length;
  const [met, floor, missed] = [count('met'), count('floor'), count('MISSED')];
  const near = floor > 0 ? `, ${floor} more within ${NEAR_THE_FLOOR} of the floor` : '';
  return `${met} of ${met + floor + missed} targets met${near}.`;
}

module.exports = { closingLine, compare, compareGrowth, header, peersLine, summarize, tableLine };
