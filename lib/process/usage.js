'use strict';
// What a child has used, in the shape of process.resourceUsage().
// Source: https://nodejs.org/api/process.html#processresourceusage, getrusage(2)

const { binding } = require('../native.js');

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

/** Behind them: the peak of this program's memory at the start of the child. */
const PEAK = NAMES.length;
const MAX_RSS = NAMES.indexOf('maxRSS');

/**
 * @param {Float64Array | undefined} numbers as native code tells them
 * @returns {Record<string, number | undefined> | null} times in microseconds, `maxRSS` in kilobytes; nothing where the kernel
 *   has told nothing
 */
function usageOf(numbers) {
  if (!numbers || Number.isNaN(numbers[0])) return null;
  if (Number.isNaN(numbers[PEAK])) {
    // Nobody had asked when it was started. By now it can only have grown.
    numbers[PEAK] = process.resourceUsage().maxRSS;
    binding.lookAtPeaks();
  }
  const usage = Object.fromEntries(NAMES.map((name, index) => [name, numbers[index]]));
  return numbers[MAX_RSS] > numbers[PEAK] ? usage : { ...usage, maxRSS: undefined };
}

module.exports = { COUNT: PEAK + 1, usageOf };
