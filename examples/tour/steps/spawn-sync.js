'use strict';
// spawnSync() with `input`.

const fs = require('node:fs');
const path = require('node:path');
const { createHash } = require('node:crypto');
const { count, root, sources } = require('../files.js');

const input = Buffer.concat(sources.map((file) => fs.readFileSync(path.join(root, file))));

exports.title = 'spawnSync: input and output in one call';
exports.command = 'gzip < the sources';
exports.expected = { status: 0, signal: null, stderr: '' };

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawnSync }) => {
  const { status, signal, stdout, stderr } = spawnSync('gzip', ['-n'], { input });
  const sum = createHash('sha256').update(stdout).digest('hex');
  return { status, signal, bytes: stdout.length, sum, stderr: stderr.toString() };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ status, bytes }) => `${count(input.length)} bytes became ${count(bytes)}, status ${status}`;
