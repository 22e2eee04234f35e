'use strict';
// What makes a call that native code must not make here: the permission model, a sandbox or somebody's own function is in
// its way.

const { originals } = require('../builtin.js');
const { lazy } = require('../lazy.js');

const REASON = 'the permission model, a sandbox or another library keeps native code from starting children';

/** @type {typeof import('./table.js').fallbackTable extends (reason: string) => infer T ? () => T : never} */
const instead = lazy(() => require('./table.js').fallbackTable(REASON), originals);

module.exports = { instead };
