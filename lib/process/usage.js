'use strict';
// What a child has used, in the shape of process.resourceUsage().
// Source: https://nodejs.org/api/process.html#processresourceusage, getrusage(2)

/** In the order of the C struct. */
const NAMES = [
  'userCPUTime',
  'systemCPUTime',
  'maxRSS',
  'sharedMemorySize',
  'unsharedDataSize',
  'unsharedStackSize',
  'minorPageFault',
  'majorPageFault',
  'swappedOut',
  'fsRead',
  'fsWrite',
  'ipcSent',
  'ipcReceived',
  'signalsCount',
  'voluntaryContextSwitches',
  'involuntaryContextSwitches',
];

/**
 * @param {Float64Array | undefined} numbers
 * @returns {Record<string, number | undefined> | null} times in microseconds, `maxRSS` in kilobytes; nothing where the kernel
 *   has told nothing
 */
function usageOf(numbers) {
  if (!numbers || Number.isNaN(numbers[0])) return null;
  return Object.fromEntries(NAMES.map((name, index) => [name, known(numbers[index])]));
}

/** @param {number} number */
const known = (number) => (Number.isNaN(number) ? undefined : number);

module.exports = { COUNT: NAMES.length, usageOf };
