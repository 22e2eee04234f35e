'use strict';

/**
 * How many times as long as elsewhere a test waits before it gives up: an emulated processor takes its time. Jest and
 * platforms/inside/run.mjs know of it, too.
 */
const PATIENCE = Number(process.env.FORKLESS_TEST_PATIENCE ?? 1);

module.exports = { PATIENCE };
