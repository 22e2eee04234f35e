'use strict';
// 512 MB written to a child's stdin as a stream.

const assert = require('node:assert');
const { once } = require('node:events');
const { collect, stopwatch } = require('../samples.js');

const MB = 512;
/** A piece, as pipes from files and sockets bring them. */
const PIECE = Buffer.alloc(64 * 1024, 'forkless');

exports.cases = [
  {
    given: {},
    rows: { rate: { title: `${MB} MB written to child.stdin`, unit: 'MB/s', target: { ratioAtLeast: 1.2 } } },
  },
];

/**
 * @param {() => typeof import('node:child_process')} load
 * @param {object} _given
 * @param {number} effort
 */
exports.measure = async (load, _given, effort) => {
  const { spawn } = load();

  const rate = await collect(5 * effort, async () => {
    const passed = stopwatch();
    // Reads as much at a time as there is, and says how much it was.
    const child = spawn('dd', ['of=/dev/null', 'bs=1M'], { stdio: ['pipe', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      said += text;
    });
    const closed = once(child, 'close');
    for (let written = 0; written < MB * 2 ** 20; written += PIECE.length) {
      if (!child.stdin.write(PIECE)) await once(child.stdin, 'drain');
    }
    child.stdin.end();
    await closed;
    const megabytesASecond = (MB / passed()) * 1e6;
    assert(said.includes(`${MB * 2 ** 20} bytes`), said);
    return megabytesASecond;
  });
  return { rate };
};
