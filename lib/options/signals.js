'use strict';
// Signals by name and by number.

const { signals } = require('node:os').constants;

const byName = new Map(Object.entries(signals));
const numbers = new Set(byName.values());

/**
 * @param {unknown} signal a name in any case, or a number
 * @returns {number | undefined} `undefined` when there is no such signal
 */
function signalNumber(signal) {
  if (typeof signal === 'number') return numbers.has(signal) ? signal : undefined;
  return typeof signal === 'string' ? (byName.get(signal) ?? byName.get(signal.toUpperCase())) : undefined;
}

/**
 * @param {number} number
 * @returns {string | null} the first name of that number
 */
function signalName(number) {
  for (const [name, value] of byName) if (value === number) return name;
  return null;
}

module.exports = { signalName, signalNumber };
