'use strict';
// What forkless exports: functions of its own, the built-in's where the addon cannot load, or those of the copy that
// register has put in the built-in's place, for there is to be one in a program.

const { setExported } = require('./api/exported.js');
const { table: ours } = require('./api/table.js');
const { originals, registered } = require('./builtin.js');
const { available, search } = require('./native.js');
const { reasonOf, unavailableError } = require('./unavailable.js');

const native = registered ? registered.native : available;
if (!native && process.env.FORKLESS_REQUIRE_NATIVE === '1') throw unavailableError(search);

/** @type {Record<string, any>} */
const table = registered ?? (available ? ours : originals);

/** Why `native` is false, if it is. @type {string | undefined} */
const reason = native ? undefined : (registered?.reason ?? reasonOf(search));

module.exports = { native, reason, setExported, table };
