'use strict';
// A stream of lines, read while it comes. Real input: the git log, or where there is none the sources.

const { spawnSync } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const { createInterface } = require('node:readline');
const { count, root, sources } = require('../files.js');

/** @param {string[]} args */
const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' });

const missing = whyNoHistory();

// At one commit, so that a commit made meanwhile changes nothing.
const input = missing
  ? { file: 'cat', args: sources, noun: 'functions', pattern: /^\s*(?:pub )?(?:async )?(?:unsafe )?(?:fn|function) / }
  : { file: 'git', args: ['log', git('rev-parse', 'HEAD').stdout.trim()], noun: 'commits', pattern: /^commit / };

exports.title = missing
  ? `No git log here (${missing}), so the sources streamed and counted`
  : 'The git log of this repository, streamed and counted';
exports.command = missing ? 'cat lib/** src/**' : 'git log';
exports.expected = { code: 0 };

function whyNoHistory() {
  const { error, status, stdout } = git('rev-parse', '--show-toplevel');
  if (error) return 'git is not installed';
  if (status !== 0 || fs.realpathSync(stdout.trim()) !== fs.realpathSync(root)) return 'not a git checkout';
  if (git('rev-parse', '--verify', 'HEAD').status !== 0) return 'no commit yet';
  if (git('rev-parse', '--is-shallow-repository').stdout.trim() !== 'false') return 'a shallow clone';
  return undefined;
}

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const child = spawn(input.file, input.args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const [[code], counted] = await Promise.all([once(child, 'close'), countLines(child.stdout)]);
  return { code, ...counted };
};

/** @param {import('node:stream').Readable} stream */
async function countLines(stream) {
  let lines = 0;
  let found = 0;
  for await (const line of createInterface({ input: stream })) {
    lines++;
    if (input.pattern.test(line)) found++;
  }
  return { lines, found };
}

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ code, lines, found }) => `${count(found)} ${input.noun} in ${count(lines)} lines, exit code ${code}`;
