// What trees.js reports, with a keeper and without.

import { compare, FORKLESS, reportOf } from './report.mjs';

/**
 * @typedef {import('./report.mjs').Report} Report
 * @typedef {import('./report.mjs').ReportOptions} ReportOptions
 * @typedef {import('./report.mjs').Verdict} Verdict
 */

const ENDED = { killTree: [], 'kill()': 'SIGTERM', exit: 3, many: [] };
const NO_SUBREAPER = 'prctl(2) with PR_SET_CHILD_SUBREAPER or PR_SET_PDEATHSIG is refused';

/** @param {object} results @returns {Report} */
const wanted = (results) => ({
  results: new Map(Object.entries(results).map(([name, result]) => [name, JSON.stringify(result)])),
  end: '0',
  output: '',
  time: 0,
});

/**
 * That trees end, whatever becomes of their parents.
 * @param {ReportOptions} [options]
 * @returns {Promise<Verdict>}
 */
export const treesEnd = (options) => against(ENDED, options);

/**
 * That nothing is started where a keeper could not adopt orphans, and that this is the reason.
 * @param {ReportOptions} [options]
 * @returns {Promise<Verdict>}
 */
export const noSubreaper = (options) =>
  against({ 'no keeper': ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', NO_SUBREAPER] }, options);

/** @param {object} results @param {ReportOptions} [options] */
async function against(results, options) {
  return compare(wanted(results), await reportOf(FORKLESS, { ...options, program: 'trees.js' }), [
    'wanted',
    'forkless',
  ]);
}
