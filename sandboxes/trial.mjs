// Both modules with some system calls refused: where a case is right on the built-in all the same, it must be right on
// forkless. The filter is set when Node is up, by an addon, as Node itself would not start under many.

import { constants } from 'node:os';
import { CONTAINED } from './contained.mjs';
import { BUILTIN, beside, FORKLESS, list, onlyThese, reportOf, select, sum } from './report.mjs';

/**
 * Patience with a case and with a program, and more for each case in it, in milliseconds: what hangs on the built-in
 * is no case for forkless.
 */
const PATIENCE = {
  [BUILTIN]: { patience: 1_000, least: 1_500, each: 50 },
  [FORKLESS]: { patience: 5_000, least: 6_000, each: 200 },
};

/** The built-in's program goes on behind the case that killed it, but not for ever. */
const DEATHS = 8;
const DEATHS_IN_A_ROW = 2;

/** How often more the built-in must be right, and forkless wrong, before it is held against it. */
const MORE = 2;

/**
 * @typedef {import('./report.mjs').Report} Report
 * @typedef {import('./report.mjs').Verdict} Verdict
 *
 * @param {string[]} refused CALL:NAME of an error, or CALL:kill
 * @param {Report} wanted what is right
 * @param {string} addon which refuses them
 * @returns {Promise<Verdict>} of one comparison, or of none where the built-in is never right
 */
export async function trial(refused, wanted, addon) {
  /** @param {string} module @param {string[]} names @param {string[]} [more] */
  const under = (module, names, more = []) => {
    const { patience, least, each } = PATIENCE[module];
    const limit = least + each * names.length;
    const flags = ['--addon', addon, '--patience', String(patience), ...more, ...onlyThese(names)];
    return reportOf(module, { through: CONTAINED, flags, limit, env: { REFUSED: refused.map(numbered).join(' ') } });
  };
  const { right, ends } = await rightCases((names) => under(BUILTIN, names), wanted);
  if (right.length === 0) return { passed: 0, failed: 0, details: [] };

  const more = ends ? [] : ['--no-end'];
  const forkless = await under(FORKLESS, right, more);
  let wrong = wrongCases(forkless, select(wanted, right));
  let endsBadly = ends && forkless.end !== '0';
  for (let count = 0; count < MORE && (wrong.length > 0 || endsBadly); count++) {
    const [builtin, again] = [await under(BUILTIN, right, more), await under(FORKLESS, right, more)];
    /** @param {Report} report @param {string} name */
    const isRight = ({ results }, name) => results.get(name) === wanted.results.get(name);
    wrong = wrong.filter((name) => isRight(builtin, name) && !isRight(again, name));
    endsBadly &&= builtin.end === '0' && again.end !== '0';
  }
  if (wrong.length === 0 && !endsBadly) return { passed: 1, failed: 0, details: [] };
  const [first] = wrong;
  const shown = first
    ? beside(
        [first, 'forkless'],
        [wanted, forkless].map(({ results }) => results.get(first)),
      )
    : [];
  const title = `  ${refused.join(', ')}: wrong in ${wrong.length} of ${right.length} cases, ended by ${forkless.end}`;
  return { passed: 0, failed: 1, details: [`${title}: ${list(wrong)}`, ...shown] };
}

/**
 * The same with a program of its own for each case.
 * @param {string[]} refused
 * @param {Report} wanted
 * @param {string} addon
 * @returns {Promise<Verdict>}
 */
export async function trialOneByOne(refused, wanted, addon) {
  const verdicts = [];
  for (const name of wanted.results.keys()) verdicts.push(await trial(refused, select(wanted, [name]), addon));
  const { passed, failed, details } = sum(verdicts);
  return { passed: failed === 0 && passed > 0 ? 1 : 0, failed: failed > 0 ? 1 : 0, details };
}

/** With the error's number, as refuse.rs takes it. @param {string} refusal */
function numbered(refusal) {
  const [call, way] = refusal.split(':');
  return `${call}:${way === 'kill' ? way : /** @type {Record<string, number>} */ (constants.errno)[way]}`;
}

/** @param {Report} report @param {Report} wanted */
const wrongCases = (report, wanted) =>
  [...wanted.results].filter(([name, result]) => report.results.get(name) !== result).map(([name]) => name);

/**
 * The cases in which the built-in is right; one that ends the whole program is passed over. And whether the program
 * ends by itself after them.
 * @param {(names: string[]) => Promise<Report>} run
 * @param {Report} wanted
 */
async function rightCases(run, wanted) {
  const names = [...wanted.results.keys()];
  const right = [];
  let inARow = 0;
  for (let deaths = 0, next = 0; next < names.length && deaths < DEATHS && inARow < DEATHS_IN_A_ROW; deaths++) {
    const rest = names.slice(next);
    const { results, end } = await run(rest);
    right.push(...rest.filter((name) => results.get(name) === wanted.results.get(name)));
    // Where things hang there is no more to be had: it would take long.
    if (end.startsWith('killed after')) return { right, ends: false };
    if ([...results.values()].includes('"hung"')) break;
    inARow = results.size === 0 ? inARow + 1 : 0;
    next += results.size + 1;
  }
  return { right, ends: true };
}
