'use strict';
// Numbers of many measuring processes into medians, ratios, verdicts and lines of a
// table. Pure: run.js measures and prints.

/**
 * @typedef {{ ratioAtMost?: number, ratioAtLeast?: number, floorAtMost?: number, atMost?: number, moreAtMost?: number }} Target
 *   of forkless against the built-in, against the floor, in the row's own unit, or so much above the built-in; all that are given
 * @typedef {{ title: string, unit: string, target?: Target }} Row
 * @typedef {{ median: number, p10: number, p90: number, rounds: number[] }} Summary
 * @typedef {'met' | 'floor' | 'MISSED'} Verdict `floor`: missed, but as near to the floor as can be asked for
 * @typedef {{ builtin: Summary, forkless: Summary, ratio: number, verdict: Verdict | undefined }} Compared
 * @typedef {Row & Compared & { behind: string[] }} Result `behind`: other runtimes that were better
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
 * @param {Record<string, Summary>} [runtimes] other ones, by name
 * @returns {Result}
 */
function compare(row, builtin, forkless, floor, runtimes = {}) {
  const ratio = forkless.median / builtin.median;
  const verdict = judge(row.target, ratio, forkless.median, floor?.median);
  const better = (/** @type {number} */ theirs) =>
    isRate(row.unit) ? theirs > forkless.median : theirs < forkless.median;
  const behind = Object.keys(runtimes).filter((name) => better(runtimes[name].median));
  return { ...row, builtin, forkless, ratio, verdict, behind };
}

/** Whether more of it is better. @param {string} unit */
const isRate = (unit) => unit.endsWith('/s');

/**
 * @param {Target | undefined} target
 * @param {number} ratio
 * @param {number} value
 * @param {number} [floor] NaN: there is none
 * @returns {Verdict | undefined}
 */
function judge(target, ratio, value, floor = Number.NaN) {
  if (!target) return undefined;
  // What cannot be compared with a floor, for there is none, has met nothing yet.
  const isOpen = target.floorAtMost !== undefined && Number.isNaN(floor);
  if (meets(target, ratio, value, floor)) return isOpen ? undefined : 'met';
  const more = value / floor;
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
 * @param {number} floor
 */
function meets(
  { ratioAtMost = Infinity, ratioAtLeast = 0, floorAtMost = Infinity, atMost = Infinity, moreAtMost = Infinity },
  ratio,
  value,
  floor,
) {
  const more = value - value / ratio;
  const isNear = !(value / floor > floorAtMost) && more <= moreAtMost;
  return ratio <= ratioAtMost && ratio >= ratioAtLeast && isNear && value <= atMost;
}

/** @param {number} value with the digits that mean something */
function digits(value) {
  const decimals = value >= 100 ? 0 : value >= 10 ? 1 : value >= 0.1 ? 2 : 4;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

/** @param {Target} [target] */
function targetText({ ratioAtMost, ratioAtLeast, floorAtMost, atMost, moreAtMost } = {}) {
  const parts = [];
  if (ratioAtMost !== undefined) parts.push(`<= ${digits(ratioAtMost)} x`);
  if (ratioAtLeast !== undefined) parts.push(`>= ${digits(ratioAtLeast)} x`);
  if (floorAtMost !== undefined) parts.push(`<= ${digits(floorAtMost)} x floor`);
  if (atMost !== undefined) parts.push(`<= ${digits(atMost)}`);
  if (moreAtMost !== undefined) parts.push(`<= ${digits(moreAtMost)} more`);
  return parts.join(', ');
}

/** Widths of title, unit, three cells of each contestant, ratio, target, verdict and who is better. */
const WIDTHS = [-38, -6, 9, 9, 9, 10, 9, 9, 9, -29, -6, -19];

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
function tableLine({ title, unit, builtin, forkless, ratio, target, verdict, behind }) {
  const cells = [builtin, forkless].flatMap(({ median, p10, p90 }) => [median, p10, p90].map(digits));
  const mark = behind.length > 0 ? `BEHIND ${behind.join(' and ')}` : '';
  return line([title, unit, ...cells, digits(ratio), ` ${targetText(target)}`, verdict ?? '', mark]);
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

/**
 * @param {Result[]} results
 * @param {string[]} runtimes whom forkless was compared with; may be none
 */
function closingLines(results, runtimes) {
  const count = (/** @type {Verdict} */ verdict) => results.filter((result) => result.verdict === verdict).length;
  const [met, floor, missed] = [count('met'), count('floor'), count('MISSED')];
  const near = floor > 0 ? `, ${floor} more within ${NEAR_THE_FLOOR} of the floor` : '';
  const targets = `${met} of ${met + floor + missed} targets met${near}.`;
  if (runtimes.length === 0) return targets;
  const behind = results.filter((result) => result.behind.length > 0).map((result) => result.title.trim());
  return `${targets}\nBehind ${runtimes.join(' or ')}: ${behind.join('; ') || 'in no row'}.`;
}

module.exports = { closingLines, compare, compareGrowth, header, peersLine, summarize, tableLine };
