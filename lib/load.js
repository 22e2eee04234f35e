'use strict';
// What forkless exports: functions of its own, the built-in's where the addon cannot load, or those of the copy that
// register has put in the built-in's place, for there is to be one in a program.

const { setExported } = require('./api/exported.js');
const { table: ours } = require('./api/table.js');
const { originals, registered } = require('./builtin.js');
const { available, search } = require('./native.js');

/** Loaded where it is needed: few programs do. */
const unavailable = () => require('./unavailable.js');

/** A registered copy without native code does not count: this one may have it. */
const theirs = registered?.native ? registered : undefined;
const native = theirs !== undefined || available;
if (!native && process.env.FORKLESS_REQUIRE_NATIVE === '1') throw unavailable().unavailableError(search);

const exported = { ...(theirs ?? (available ? ours : originals)) };

// Not enumerable, so that the keys stay the built-in's.
Object.defineProperty(exported, 'native', { value: native });
Object.defineProperty(exported, 'reason', { value: native ? undefined : unavailable().reasonOf(search) });

setExported(exported);

module.exports = exported;
