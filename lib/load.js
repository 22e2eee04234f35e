'use strict';
// What forkless exports: functions of its own, the built-in's where the addon cannot load, or those of the copy that
// register has put in the built-in's place, for there is to be one in a program.

const { setExported } = require('./api/exported.js');
const { table: ours } = require('./api/table.js');
const { registered } = require('./builtin.js');
const { lazy } = require('./lazy.js');
const { available, search } = require('./native.js');

const isHere = lazy(
  () => {
    const { isHere } = require('./api/supports.js');
    return isHere;
  },
  () => false,
);

/** Few programs need it. */
const unavailable = () => require('./unavailable.js');

/** A registered copy without native code does not count: this one may have it. */
const theirs = registered?.native ? registered : undefined;
const native = theirs !== undefined || available;
if (!native && process.env.FORKLESS_REQUIRE_NATIVE === '1') throw unavailable().unavailableError(search);

/** Why this is not native. */
const reason = native ? undefined : unavailable().reasonOf(search);
const exported = { ...(theirs ?? (available ? ours : require('./fallback/table.js').fallbackTable(`${reason}`))) };

// Not enumerable, so that the keys stay the built-in's.
Object.defineProperty(exported, 'native', { value: native });
Object.defineProperty(exported, 'reason', { value: reason });

Object.defineProperty(exported, 'supports', { value: supports });

setExported(exported);

/**
 * Whether an option that forkless adds can be had here, for all functions; where it cannot, a call that names it throws.
 * @param {string} feature
 * @returns {boolean}
 */
function supports(feature) {
  return native && isHere()(feature);
}

module.exports = exported;
