'use strict';
// Takes out of a generated scenario what would make the built-in itself do one
// thing now and another then, so that a difference is one between the modules.

/** What fits into a pipe whose reader sleeps. */
const SMALL = 10_000;

/** Reading before which a child that writes much does not get on. */
const LATE = new Set(['exit']);
const NOT_READING = new Set(['never', 'destroy']);

const WIDE = new Set(['hex', 'base64', 'base64url', 'utf16le', 'ucs2']);

/** @param {any} scenario @returns {any} */
function steadied(scenario) {
  const changes = [
    overflowing,
    openUntilReady,
    readInTime,
    destroyedAtOnce,
    silencedIfEarly,
    writtenWhole,
    shortLine,
    silentOnChannel,
    trapped,
    unwrittenIfLookedAt,
  ];
  return changes.reduce((one, change) => change(one), scenario);
}

/** A child that is ended while it starts must have nothing to say: nobody knows how far it got. */
function silencedIfEarly(/** @type {any} */ scenario) {
  if (!scenario.ender || (scenario.ender.at === 'ready' && hasStdout(scenario))) return scenario;
  const stdin = scenario.stdin && { ...scenario.stdin, chunks: [], finish: 'end' };
  // bash runs ~/.bashrc when its stdin is a socket, which may say something.
  const { shell } = scenario.options;
  const options = /bash/.test(shell) ? { ...scenario.options, shell: '/bin/sh' } : scenario.options;
  return { ...scenario, options, stdin, script: { steps: [], ending: { ...scenario.script.ending, silent: true } } };
}

/** @param {any} scenario whether we hear what its script writes to stdout */
function hasStdout({ call, stdio }) {
  return call !== 'spawn' || !Array.isArray(stdio) || [undefined, null, 'pipe', 'overlapped', -1].includes(stdio[1]);
}

/** One more step, after which the output is too long for certain. */
function overflowing(/** @type {any} */ scenario) {
  if (!scenario.overflow) return scenario;
  const { fd, by } = scenario.overflow;
  const last = { do: 'flood', fd, bytes: scenario.options.maxBuffer + by };
  // Where a character is not a byte, the cut depends on the pieces that were read.
  const { encoding } = scenario.options;
  const options = { ...scenario.options, encoding: WIDE.has(encoding) ? 'latin1' : encoding };
  return { ...scenario, options, script: { steps: [last], ending: { wait: 'sleep', silent: true } } };
}

/** Without its stdout a child cannot say that it is ready. */
function openUntilReady(/** @type {any} */ scenario) {
  if (!scenario.ender) return scenario;
  const { steps, ending } = scenario.script;
  const kept = steps.filter((/** @type {any} */ step) => step.do !== 'close' || step.fd !== 1);
  return { ...scenario, script: { steps: kept, ending } };
}

/** A child that writes more than a pipe holds needs a reader to come to its end. */
function readInTime(/** @type {any} */ scenario) {
  const steps = scenario.script?.steps ?? [];
  const isFlooded = (/** @type {number} */ fd) =>
    steps.some((/** @type {any} */ step) => step.do === 'flood' && step.fd === fd);
  const fixed = (/** @type {any} */ reading, /** @type {number} */ fd) => {
    const copies = fd === 1 && steps.some((/** @type {any} */ step) => step.do === 'copy');
    if (!isFlooded(fd) && !copies) return reading;
    const at = LATE.has(reading.at) ? 'now' : reading.at;
    return { ...reading, at, how: NOT_READING.has(reading.how) ? 'data' : reading.how };
  };
  return { ...scenario, stdout: fixed(scenario.stdout, 1), stderr: fixed(scenario.stderr, 2) };
}

/** Later, or of a child that does not wait for it, it may or may not have written already. */
function destroyedAtOnce(/** @type {any} */ scenario) {
  const { script, stdout, stderr } = scenario;
  if (![stdout, stderr].some((reading) => reading.how === 'destroy')) return scenario;
  const fixed = (/** @type {any} */ reading) =>
    reading.how === 'destroy' ? { ...reading, at: 'now', how: script ? 'destroy' : 'data' } : reading;
  return {
    ...scenario,
    script: script && { ...script, steps: [{ do: 'pause' }, ...script.steps] },
    stdout: fixed(stdout),
    stderr: fixed(stderr),
  };
}

/** Whether a scenario does this at some time. @param {any} scenario @param {string} what */
const acts = ({ actions }, what) => actions?.some((/** @type {any} */ action) => action.what[what]);

/** What does not fit is lost when its stream is destroyed, and waits for ever when it stays corked: forkless has more room. */
function writtenWhole(/** @type {any} */ scenario) {
  const { stdin } = scenario;
  if (!stdin || (stdin.finish !== 'destroy' && !acts(scenario, 'cork'))) return scenario;
  const chunks = stdin.chunks.filter((/** @type {any} */ chunk) => chunk.bytes === undefined);
  return { ...scenario, stdin: { ...stdin, chunks } };
}

/** A shell reads a line byte by byte: much of it would take longer than we wait. */
function shortLine(/** @type {any} */ scenario) {
  const { script, stdin } = scenario;
  if (!stdin || !script?.steps.some((/** @type {any} */ step) => step.do === 'line')) return scenario;
  const chunks = stdin.chunks.map((/** @type {any} */ chunk) =>
    chunk.bytes === undefined ? chunk : { ...chunk, bytes: Math.min(chunk.bytes, SMALL) },
  );
  return { ...scenario, stdin: { ...stdin, chunks } };
}

/** What nobody reads may fail with EPIPE, at once or later, and its stream looks different then. */
function unwrittenIfLookedAt(/** @type {any} */ scenario) {
  const { stdin } = scenario;
  if (!stdin || !acts(scenario, 'look') || stdinIsCertain(scenario)) return scenario;
  return { ...scenario, stdin: { ...stdin, chunks: [] } };
}

/** What is no message is another matter: docs/differences.md, "A child that sends what is no message". */
function silentOnChannel(/** @type {any} */ scenario) {
  const { script, stdio } = scenario;
  if (!Array.isArray(stdio)) return scenario;
  const isSilent = (/** @type {number} */ fd) =>
    fd === 0 || (fd > 2 && !script?.steps.some((/** @type {any} */ step) => step.fd === fd));
  return { ...scenario, stdio: stdio.map((entry, fd) => (entry === 'ipc' && !isSilent(fd) ? 'pipe' : entry)) };
}

/** A trap holds as long as the shell runs: not any more, a moment after it has said that it is ready, in `exec sleep`. */
function trapped(/** @type {any} */ scenario) {
  const { script } = scenario;
  if (script?.ending.wait !== 'sleep' || !script.steps.some((/** @type {any} */ step) => step.do === 'trap'))
    return scenario;
  return { ...scenario, script: { ...script, ending: { ...script.ending, wait: 'loop' } } };
}

/**
 * Whether all that is written to a child's stdin arrives; otherwise EPIPE is a
 * matter of who was faster.
 * @param {any} scenario
 */
function stdinIsCertain({ script, ender, stdin, overflow, stdout, stderr }) {
  if (!stdin) return true;
  const isCut = [stdout, stderr].some((reading) => reading.how === 'destroy');
  if (!script || overflow || (isCut && script.steps.length > 0)) return false;
  const length = stdin.chunks.reduce(
    (/** @type {number} */ sum, /** @type {any} */ chunk) => sum + (chunk.bytes ?? 100),
    100,
  );
  const readsAll = script.steps.some((/** @type {any} */ step) => step.do === 'copy' && step.fd === 0);
  const closes = script.steps.some((/** @type {any} */ step) => step.do === 'close' && step.fd < 2);
  if (closes) return false;
  return readsAll || (ender !== undefined && length < SMALL);
}

/**
 * Whether a child of the blocking functions takes all of its input.
 * @param {any} scenario
 */
function inputIsTaken({ script, stdio }) {
  const closes = script.steps.some((/** @type {any} */ step) => step.do === 'close' && step.fd < 2);
  const reads = script.steps.some((/** @type {any} */ step) => step.do === 'copy' && step.fd === 0);
  return reads && !closes && !stdio?.[1]?.input;
}

module.exports = { inputIsTaken, stdinIsCertain, steadied };
