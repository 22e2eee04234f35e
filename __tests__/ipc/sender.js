'use strict';
// Children that send one fd each, of any kind, with any message: fixtures/send-fds.rs plays them.

const path = require('node:path');
const { forkless } = require('../helpers/modules.js');
const { runProgram } = require('../helpers/program.js');
const { compileProgram } = require('../helpers/compile.js');
const { meet } = require('./meet.js');

const PROC = require.resolve('../helpers/proc.js');

/** @param {string} folder to put the program in @returns {string} its path */
const compileSender = (folder) => compileProgram(folder, path.join('..', 'ipc', 'fixtures', 'send-fds.rs'));

/**
 * @param {any} module
 * @param {string} sender
 * @param {[string, any][]} cases
 * @param {import('../helpers/program.js').ProgramOptions} [options]
 * @returns {Promise<any[]>} what came of each; of fewer where the program was ended by one
 */
async function meetings(module, sender, cases, options) {
  const { reports } = await runProgram(module, meet, {
    args: [PROC, sender, cases, module === forkless],
    flags: ['--no-warnings'],
    ...options,
  });
  return reports;
}

const ACK = '{"cmd":"NODE_HANDLE_ACK"}';
const NACK = '{"cmd":"NODE_HANDLE_NACK"}';

/** What comes of one that becomes an object. @param {string} name its class */
const arrives = (name) => ({ words: [{ heard: ACK }], arrived: [name], uncaught: [], end: 0, moreFds: 0 });

/** What comes of one that is refused. */
const REFUSED = { words: [{ heard: NACK }], arrived: [], uncaught: [], end: 0, moreFds: 0 };

module.exports = { ACK, NACK, PROC, REFUSED, arrives, compileSender, meetings };
