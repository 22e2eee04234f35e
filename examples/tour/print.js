'use strict';
// How the tour looks: aligned columns, and colour only on a terminal.

const { Transform } = require('node:stream');
const { inspect } = require('node:util');
const forkless = require('forkless');
const { version } = require('forkless/package.json');

const isColoured = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (/** @type {number} */ code) => (/** @type {string} */ text) =>
  isColoured ? `\x1b[${code}m${text}\x1b[0m` : text;
const bold = paint(1);
const dim = paint(2);
const red = paint(31);
const green = paint(32);

const MARGIN = '    ';
const TEXT_WIDTH = 66;

/** Sets every line of what goes through it in. */
class Indent extends Transform {
  #isAtStart = true;

  /**
   * @param {Buffer} chunk
   * @param {string} _encoding
   * @param {() => void} done
   */
  _transform(chunk, _encoding, done) {
    const prefix = `${MARGIN}  `;
    const text = (this.#isAtStart ? prefix : '') + chunk.toString('latin1').replace(/\n(?!$)/g, `\n${prefix}`);
    this.#isAtStart = text.endsWith('\n');
    this.push(text, 'latin1');
    done();
  }
}

function opening() {
  const start = forkless.native ? 'native' : 'FALLBACK to the built-in: the addon did not load here';
  console.log(bold(`forkless ${version}`), `on Node ${process.versions.node}, ${process.platform} ${process.arch}`);
  console.log(`Start of children: ${start}.`);
  console.log('Each step runs twice on node:child_process and twice on forkless. All must give the same;');
  console.log('the better of two times is shown.\n');
  console.log(bold(columns('', 'built-in', 'forkless', '')));
}

/**
 * @param {number} number
 * @param {{ title: string, command: string }} step
 */
function stepTitle(number, { title, command }) {
  console.log(`${String(number).padStart(2)}  ${bold(title)} - ${dim(command)}`);
}

/**
 * @param {string} text what both modules gave
 * @param {number} builtin milliseconds
 * @param {number} ours milliseconds
 */
function stepResult(text, builtin, ours) {
  console.log(columns(`${MARGIN}${text}`, milliseconds(builtin), milliseconds(ours), times(builtin / ours)));
}

/** @param {unknown} error */
function stepFailed(error) {
  console.log(red(`${MARGIN}FAILED ${inspect(error).replaceAll('\n', `\n${MARGIN}`)}`));
}

/**
 * @param {number} steps
 * @param {number} failed
 */
function closing(steps, failed) {
  console.log('');
  if (failed > 0) console.log(red(`${failed} of ${steps} steps FAILED.`));
  else console.log(green(`All ${steps} steps done, with equal results on both modules.`));
}

/**
 * @param {string} text
 * @param {string} builtin
 * @param {string} ours
 * @param {string} gain
 */
function columns(text, builtin, ours, gain) {
  return `${text.padEnd(TEXT_WIDTH)} ${builtin.padStart(11)} ${ours.padStart(11)} ${gain.padStart(8)}`.trimEnd();
}

/** @param {number} value */
const milliseconds = (value) => `${value.toFixed(value < 100 ? 2 : 0)} ms`;

/** @param {number} value */
const times = (value) => `${value.toFixed(value < 20 ? 1 : 0)} x`;

module.exports = { closing, Indent, opening, stepFailed, stepResult, stepTitle };
