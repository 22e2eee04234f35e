// What trees.js reports, with a keeper and without.

import { compare, FORKLESS, reportOf } from './report.mjs';

/**
 * @typedef {import('./report.mjs').Report} Report
 * @typedef {import('./report.mjs').ReportOptions} ReportOptions
 * @typedef {import('./report.mjs').Verdict} Verdict
 */

const ENDED = { killTree: [], 'kill()': 'SIGTERM', exit: 3, many: [] };

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
export const treesEnd = async (options) => against(ENDED, options);

/**
 * That nothing is started where there is no keeper, and why.
 * @param {string} reason
 * @param {ReportOptions} [options]
 * @returns {Promise<Verdict>}
 */
export const noKeeper = async (reason, options) =>
  against({ 'no keeper': ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', reason] }, options);

/** @param {object} results @param {ReportOptions} [options] */
async function against(results, options) {
  return compare(wanted(results), await reportOf(FORKLESS, { ...options, program: 'trees.js' }), [
    'wanted',
    'forkless',
  ]);
}
