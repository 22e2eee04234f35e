'use strict';
// Signals by name and by number.

/**
 * Made at the first call: it takes a while to load that module, and most children need no signal.
 * @type {Map<string, number> | undefined}
 */
let known;

function byName() {
  known ??= new Map(Object.entries(require('node:os').constants.signals));
  return known;
}

/**
 * @param {unknown} signal a name in any case, or a number
 * @returns {number | undefined} `undefined` when there is no such signal
 */
function signalNumber(signal) {
  if (typeof signal === 'number') return signalName(signal) === null ? undefined : signal;
  return typeof signal === 'string' ? (byName().get(signal) ?? byName().get(signal.toUpperCase())) : undefined;
}

/**
 * @param {number} number
 * @returns {string | null} the first name of that number
 */
function signalName(number) {
  for (const [name, value] of byName()) if (value === number) return name;
  return null;
}

module.exports = { signalName, signalNumber };
