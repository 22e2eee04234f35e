'use strict';
// Programs expect to block on their standard streams, whatever mode the fd has here.

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { output, text } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { onBoth } = require('../helpers/modules.js');

const { O_NONBLOCK, O_RDWR } = fs.constants;

let folder;
let fifo;
beforeAll(() => {
  folder = makeFolder();
  fifo = path.join(folder, 'fifo');
  execFileSync('mkfifo', [fifo]);
});
afterAll(() => removeFolder(folder));

/** Whether a child's fd `index` is non-blocking, which is a non-blocking one of ours. */
async function isNonBlocking({ spawn }, index) {
  // The mode is the open file's, so that each child needs one of its own.
  const fd = fs.openSync(fifo, O_RDWR | O_NONBLOCK);
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'ignore'];
  stdio[index] = fd;
  const child = spawn('sh', ['-c', 'cat /proc/$$/fdinfo/$0 >&3', String(index)], { stdio });
  const [info] = await Promise.all([text(child.stdio[3]), output(child)]);
  fs.closeSync(fd);
  return (Number.parseInt(info.match(/^flags:\s*(\d+)$/m)[1], 8) & O_NONBLOCK) !== 0;
}

test.each([0, 1, 2])('as fd %i it blocks', async (index) => {
  expect(await onBoth((module) => isNonBlocking(module, index))).toBe(false);
});

test('beyond those it stays as it is', async () => {
  expect(await onBoth((module) => isNonBlocking(module, 4))).toBe(true);
});
