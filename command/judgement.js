'use strict';
// What the numbers of forkless doctor mean: lines of a table, and a sentence. Pure.

/** @typedef {import('./measure.js').Row} Row */

/** Nearer to each other than that, two medians of so few samples are the same. */
const SAME = 0.1;

/** @param {number} microseconds */
const time = (microseconds) =>
  microseconds < 1000
    ? `${microseconds.toFixed(0)} us`
    : `${(microseconds / 1000).toFixed(microseconds < 10_000 ? 2 : 1)} ms`;

/** @param {Row} row */
const title = ({ what, megabytes }) =>
  what === 'spawn' ? `one spawn() stops the loop for, ${megabytes} MB alive` : "execFile('true') to its callback";

/**
 * A line for each row and one above them.
 * @param {Row[]} rows
 */
function table(rows) {
  const cells = rows.map((row) => [
    title(row),
    time(row.builtin),
    row.forkless === null ? '' : time(row.forkless),
    row.forkless === null ? '' : String(Number((row.forkless / row.builtin).toPrecision(2))),
  ]);
  const lines = [['', 'node:child_process', 'forkless', ''], ...cells];
  return lines.map(([first, ...others]) =>
    `${first.padEnd(45)}${others.map((cell, i) => cell.padStart(i === 0 ? 18 : 10)).join('')}`.trimEnd(),
  );
}

/** @param {Row} row */
function verdict({ builtin, forkless }) {
  const ratio = Number(forkless) / builtin;
  if (ratio < 1 - SAME) return 'faster';
  return ratio > 1 + SAME ? 'slower' : 'same';
}

/**
 * What follows from the rows, in a sentence, and the rows that it follows from.
 * @param {Row[]} rows
 */
function judge(rows) {
  if (rows.some(({ forkless }) => forkless === null)) return judgeBuiltin(rows);
  const faster = rows.filter((row) => verdict(row) === 'faster');
  const slower = rows.filter((row) => verdict(row) === 'slower');
  const parts = [
    conclude(faster.length, slower.length, rows.length),
    list('Faster', faster, (row) => row.builtin / Number(row.forkless)),
    list('Slower', slower, (row) => Number(row.forkless) / row.builtin),
  ];
  return parts.filter(Boolean).join(' ');
}

/**
 * @param {number} faster how many rows
 * @param {number} slower
 * @param {number} all
 */
function conclude(faster, slower, all) {
  if (faster === all) return 'forkless is worth it on this machine.';
  if (slower === 0) return `forkless makes ${faster === 0 ? 'no' : 'some'} difference on this machine.`;
  return faster === 0
    ? 'forkless does not pay on this machine.'
    : 'forkless gains and loses on this machine: measure your program.';
}

/**
 * @param {string} word
 * @param {Row[]} rows
 * @param {(row: Row) => number} times
 */
function list(word, rows, times) {
  const items = rows.map((row) => `${short(row)} (${times(row).toFixed(1)} times)`);
  return items.length > 0 ? `${word}: ${items.join(', ')}.` : '';
}

/** @param {Row} row */
const short = ({ what, megabytes }) => (what === 'spawn' ? `spawn() with ${megabytes} MB alive` : 'execFile()');

/** @param {Row[]} rows */
function judgeBuiltin(rows) {
  const spawns = rows.filter(({ what }) => what === 'spawn');
  const times = spawns.map(({ builtin, megabytes }) => `${time(builtin)} with ${megabytes} MB alive`).join(', ');
  return `forkless is node:child_process here and changes nothing. One spawn() stops the loop for ${times}.`;
}

module.exports = { judge, table };
