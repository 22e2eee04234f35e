'use strict';
// Messages of 100 MB, and of every size around the limits of buffers, both ways.
// The large ones run in a process of their own, for the memory's sake.

const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

/** Sends one message of `size` bytes and gets it back; reports what arrived on either side. */
function echoLarge({ spawn }, report, serialization, size) {
  const code = `process.on('message', (message) => {
    process.send({ length: message.length, kind: Buffer.isBuffer(message) ? 'Buffer' : typeof message });
    process.send(message, () => process.disconnect());
  })`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 1, 2, 'ipc'], serialization });
  const unit = 'forkless'.repeat(size / 8 / 1024);
  const message = serialization === 'json' ? unit.repeat(1024) : Buffer.from(unit.repeat(1024));
  const seen = [];
  child.on('message', (reply) => {
    if (seen.length === 0) seen.push(reply);
    else
      seen.push({ length: reply.length, same: Buffer.isBuffer(message) ? message.equals(reply) : reply === message });
  });
  child.on('close', (code) => report({ code, returned, seen }));
  const returned = child.send(message);
}

describeEach('100 MB', (module) => {
  test.each([
    ['json', 'string'],
    ['advanced', 'Buffer'],
  ])('%s', async (serialization, kind) => {
    const length = 100 * 1024 * 1024;
    const reports = await reportsOf(module, echoLarge, { args: [serialization, length] });
    expect(reports).toEqual([
      {
        code: 0,
        returned: false,
        seen: [
          { length, kind },
          { length, same: true },
        ],
      },
    ]);
  });
});

describeEach('sizes around those of buffers', (module) => {
  test.each([['json'], ['advanced']])('%s: none is lost, none is changed', async (serialization) => {
    const child = forkNode(
      module,
      () => {
        process.on('message', (message) => process.send(message));
      },
      [],
      { serialization },
    );
    const inbox = new Inbox(child);
    const sizes = [];
    for (const edge of [4 << 10, 64 << 10, 128 << 10, 208 << 10, 256 << 10, 1 << 20, 4 << 20]) {
      sizes.push(...[-3, -2, -1, 0, 1, 2, 5].map((change) => edge + change));
    }
    for (const size of sizes) child.send(String.fromCharCode(97 + (size % 26)).repeat(size));
    for (const size of sizes) {
      const message = await inbox.message();
      expect(message.length).toBe(size);
      expect(message === String.fromCharCode(97 + (size % 26)).repeat(size)).toBe(true);
    }
    child.disconnect();
    expect(await gone(child)).toEqual({ code: 0, signal: null });
  });
});
