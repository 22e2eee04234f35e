'use strict';
// Runs one step of the tour on both modules, compares what they gave, and takes the time.

const assert = require('node:assert');
const builtin = require('node:child_process');
const { Writable } = require('node:stream');
const forkless = require('forkless');
const { Indent, stepFailed, stepResult, stepTitle } = require('./print.js');

/**
 * @typedef {typeof import('node:child_process')} ChildProcessModule
 * @typedef {{
 *   title: string,
 *   command: string,
 *   expected: object,
 *   shows?: boolean,
 *   run: (module: ChildProcessModule, stage: Stage) => Promise<any>,
 *   tell: (result: any) => string,
 * }} Step `run` returns what must be equal on both modules, with at least the properties that are `expected`;
 *   `tell` puts it into words; a step that `shows` writes to the terminal
 */

/** No run takes longer, unless it hangs. An emulated processor is given more time. */
const DEADLINE = Number(process.env.FORKLESS_TOUR_DEADLINE ?? 60_000);

/** What a step gets beside the module. */
class Stage {
  /** @type {number | undefined} */
  milliseconds;
  terminal = new Indent();

  /** @param {Writable} target where the terminal's text goes */
  constructor(target) {
    this.terminal.pipe(target, { end: false });
  }

  /**
   * The time to show in place of that of the whole run.
   * @param {number} milliseconds
   */
  setTime(milliseconds) {
    this.milliseconds = milliseconds;
  }
}

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * @param {Step} step
 * @param {number} number
 * @returns {Promise<boolean>} whether both modules did it, with equal results
 */
async function runStep(step, number) {
  stepTitle(number, step);
  try {
    if (step.shows) await runOnce(step, forkless, process.stdout);
    // By turns, so that neither always finds the caches warm.
    const first = await runOnce(step, builtin);
    const ours = [await runOnce(step, forkless), await runOnce(step, forkless)];
    const last = await runOnce(step, builtin);
    for (const { result } of [...ours, last]) assert.deepStrictEqual(result, first.result);
    stepResult(step.tell(first.result), best(first, last), best(...ours));
    return true;
  } catch (error) {
    stepFailed(error);
    return false;
  }
}

/**
 * @param {Step} step
 * @param {ChildProcessModule} module
 * @param {Writable} [target]
 */
async function runOnce(step, module, target = nowhere()) {
  const stage = new Stage(target);
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const tooLong = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${DEADLINE / 1000} seconds`)), DEADLINE);
  });
  const start = performance.now();
  try {
    const result = await Promise.race([step.run(module, stage), tooLong]);
    assert.deepStrictEqual(result, { ...result, ...step.expected });
    return { result, milliseconds: stage.milliseconds ?? performance.now() - start };
  } catch (error) {
    throw new Error(`on ${module === forkless ? 'forkless' : 'the built-in'}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** @param {...{ milliseconds: number }} runs */
const best = (...runs) => Math.min(...runs.map(({ milliseconds }) => milliseconds));

module.exports = { runStep };
