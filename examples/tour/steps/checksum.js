'use strict';
// Both pipes under load at the same time.

const assert = require('node:assert');
const { createHash, randomBytes } = require('node:crypto');
const { once } = require('node:events');
const { pipeline } = require('node:stream/promises');
const { count } = require('../files.js');

const MB = 64;
const block = randomBytes(2 ** 20);

exports.title = `${MB} MB through cat, by stdin and stdout, with a checksum`;
exports.command = 'cat';
exports.expected = { code: 0, bytes: MB * 2 ** 20 };

/**
 * Each megabyte is different, so that a lost, doubled or swapped one changes the sum.
 * @param {import('node:crypto').Hash} hash of all that is sent
 */
function* megabytes(hash) {
  for (let i = 0; i < MB; i++) {
    const megabyte = Buffer.from(block);
    megabyte.writeUInt32BE(i);
    hash.update(megabyte);
    yield megabyte;
  }
}

/** @type {import('../stage.js').Step['run']} */
exports.run = async ({ spawn }) => {
  const sent = createHash('sha256');
  const got = createHash('sha256');
  let bytes = 0;
  const cat = spawn('cat');
  cat.stdout.on('data', (chunk) => {
    bytes += chunk.length;
    got.update(chunk);
  });
  const [[code]] = await Promise.all([once(cat, 'close'), pipeline(megabytes(sent), cat.stdin)]);
  const sum = got.digest('hex');
  assert.strictEqual(sum, sent.digest('hex'));
  return { code, bytes, sum };
};

/** @type {import('../stage.js').Step['tell']} */
exports.tell = ({ bytes, sum }) => `${count(bytes)} bytes, sha256 ${sum.slice(0, 16)}... as sent`;
