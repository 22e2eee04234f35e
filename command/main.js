'use strict';
// What `forkless` was asked for: the command's arguments, its help texts, and what stands for a wrong use. Called by
// bin/forkless.js alone; a program that requires forkless loads nothing of this folder.

const { parseArgs } = require('node:util');
const { version } = require('../package.json');

const HELP = `forkless <command>
  doctor    tells whether forkless is native here, and what it gains on this machine
  run       starts a program with forkless in the place of node:child_process

  forkless help <command>, or forkless <command> --help, says more.
  --version, -v    the version of forkless
  --help, -h       this text`;

const HELP_OF = {
  doctor: `forkless doctor [--json]
  Tells whether forkless runs on native code, else why not; what Node and the kernel have; whether forkless/register
  is at work in this environment; and what starts of children take here, with node:child_process and with forkless.
  That measurement takes about two seconds.

  --json    the same as one JSON object

  Exit status: 0; 1 where forkless is not native though there is native code for this platform.`,
  run: `forkless run [--] <program> [argument...]
  Starts the program with NODE_OPTIONS set so that it and all that it starts, as far as they are Node, run with
  forkless in the place of node:child_process. What NODE_OPTIONS has already stays.

  Exit status: that of the program. If a signal ends the program, it ends this command as well. 127 where the program
  is not found, 126 where it cannot be run.`,
};

/** The status of a wrong use. */
const WRONG_USE = 2;

const HELP_OPTION = { help: { type: /** @type {const} */ ('boolean'), short: 'h' } };

/** @param {string[]} args what comes after `forkless` */
function main(args) {
  try {
    start(args);
  } catch (error) {
    if (!isWrongUse(error)) throw error;
    console.error(`forkless: ${error.message.split('. ')[0]}\nSee: forkless --help`);
    process.exitCode = WRONG_USE;
  }
}

/** @param {string[]} args */
function start(args) {
  const { before, name, after } = split(args);
  const { values } = parseArgs({ args: before, options: { ...HELP_OPTION, version: { type: 'boolean', short: 'v' } } });
  if (values.version) console.log(version);
  else if (values.help || name === undefined) console.log(HELP);
  else if (name === 'help') help(after);
  else if (name === 'doctor') startDoctor(after);
  else if (name === 'run') startRun(after);
  else throw wrongUse(`there is no command "${name}"`);
}

/** @param {string[]} args */
function help(args) {
  const { positionals } = parseArgs({ args, allowPositionals: true });
  const [name] = positionals;
  console.log(name === undefined ? HELP : helpOf(name));
}

/** @param {string} name */
function helpOf(name) {
  if (name === 'doctor' || name === 'run') return HELP_OF[name];
  throw wrongUse(`there is no command "${name}"`);
}

/** @param {string[]} args */
function startDoctor(args) {
  const { values } = parseArgs({ args, options: { ...HELP_OPTION, json: { type: 'boolean' } } });
  if (values.help) return console.log(HELP_OF.doctor);
  const { doctor } = require('./doctor.js');
  doctor({ json: values.json === true });
}

/** @param {string[]} args */
function startRun(args) {
  const { before, name, after } = split(args);
  const { values } = parseArgs({ args: before, options: HELP_OPTION });
  if (values.help) return console.log(HELP_OF.run);
  if (name === undefined) throw wrongUse('there is no program to run');
  const { run } = require('./run.js');
  run(name, after);
}

/**
 * The options before the first word, that word, and all that is its own. A `--` ends the options.
 * @param {string[]} args
 */
function split(args) {
  const end = args.findIndex((arg) => arg === '--' || !arg.startsWith('-'));
  const before = end < 0 ? args : args.slice(0, end);
  const [name, ...after] = args.slice(before.length + (args[end] === '--' ? 1 : 0));
  return { before, name, after };
}

/** @param {string} message */
const wrongUse = (message) => Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS_WRONG_USE' });

/**
 * @param {unknown} error
 * @returns {error is Error}
 */
function isWrongUse(error) {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

module.exports = { main };
