'use strict';
// After every test file: no child left, no zombie, the fds of before.

const fs = require('node:fs');
const { childrenOf, commandOf, kill, openFds } = require('./proc.js');
const { builtin, forkless } = require('./modules.js');
const { until } = require('./until.js');

let before;

beforeAll(async () => {
  // What either module opens at its first start and keeps (an epoll, an eventfd,
  // a pipe for signals) is not a leak.
  for (const module of [builtin, forkless]) {
    await new Promise((resolve) => module.spawn('true').on('close', resolve));
  }
  await fs.promises.stat('/');
  // Node's for musl opens /dev/urandom with it.
  require('node:dns');
  before = { children: childrenOf(), fds: openFds() };
});

afterAll(async () => {
  const now = () => ({ children: childrenOf(), fds: openFds() });
  await until(() => JSON.stringify(now()) === JSON.stringify(before), 10_000);
  const after = now();
  // They must not keep Jest from ending as well.
  for (const child of after.children) {
    if (before.children.includes(child)) continue;
    const pid = Number.parseInt(child, 10);
    console.error(`Left: ${child}: ${commandOf(pid)}`);
    kill(pid);
  }
  expect(after).toEqual(before);
});
