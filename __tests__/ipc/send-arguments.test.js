'use strict';
// send()'s arguments: which may be left out, and what is refused.

const { PassThrough } = require('node:stream');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { Inbox, forkNode, gone } = require('./nodes.js');

const echo = () => process.on('message', (message) => process.send({ back: message }));

describeEach('send()', (module) => {
  let child;
  let inbox;
  beforeAll(() => {
    child = forkNode(module, echo);
    inbox = new Inbox(child);
  });
  afterAll(async () => {
    child.disconnect();
    await gone(child);
  });

  test.each([
    ['a message', []],
    ['handle undefined', [undefined]],
    ['handle null', [null]],
    ['handle and options undefined', [undefined, undefined]],
    ['options empty', [undefined, {}]],
    ['options with what is not known', [null, { other: 1 }]],
    ['keepOpen with no handle', [null, { keepOpen: true }]],
    ['a handle that is false', [false]],
    ['a handle that is 0', [0]],
    ['a handle that is empty', ['']],
    ['a callback that is none', [undefined, {}, 5]],
  ])('%s', async (_name, rest) => {
    expect(child.send('m', ...rest)).toBe(true);
    expect(await inbox.message()).toEqual({ back: 'm' });
  });

  test('a callback that is none, with a message that has to wait for the socket', async () => {
    const large = 'x'.repeat(8_000_000);
    child.send(large, undefined, {}, 5);
    expect((await inbox.message()).back === large).toBe(true);
  });

  test.each([
    ['second', []],
    ['third', [undefined]],
    ['third, after null', [null]],
    ['fourth', [undefined, {}]],
    ['fourth, after undefined twice', [undefined, undefined]],
  ])('the callback in the %s place', async (_name, before) => {
    let args;
    const called = new Promise((resolve) => {
      const send = child.send('m', ...before, (...all) => {
        args = all;
        resolve();
      });
      expect(send).toBe(true);
    });
    // Never from within the call.
    expect(args).toBe(undefined);
    await called;
    expect(args).toEqual([null]);
    expect(await inbox.message()).toEqual({ back: 'm' });
  });
});

describe('what is refused, as by the built-in', () => {
  const pairs = [];
  beforeAll(() => {
    for (const module of [builtin, forkless]) {
      const child = forkNode(module, echo);
      pairs.push({ child, inbox: new Inbox(child) });
    }
  });
  afterAll(async () => {
    for (const { child } of pairs) {
      child.disconnect();
      await gone(child);
    }
  });

  test.each([
    ['nothing', [], 'ERR_MISSING_ARGS'],
    ['undefined', [undefined], 'ERR_MISSING_ARGS'],
    ['undefined with a callback', [undefined, () => {}], 'ERR_MISSING_ARGS'],
    ['a symbol', [Symbol('s')], 'ERR_INVALID_ARG_TYPE'],
    ['a function', [function named() {}], 'ERR_INVALID_ARG_TYPE'],
    ['a bigint', [1n], 'ERR_INVALID_ARG_TYPE'],
    ['a handle that is an object', ['m', {}], 'ERR_INVALID_HANDLE_TYPE'],
    ['a handle that is a number', ['m', 5], 'ERR_INVALID_HANDLE_TYPE'],
    ['a handle that is a string', ['m', 'x'], 'ERR_INVALID_HANDLE_TYPE'],
    ['a handle that is true', ['m', true], 'ERR_INVALID_HANDLE_TYPE'],
    ['a handle that is a stream', ['m', new PassThrough()], 'ERR_INVALID_HANDLE_TYPE'],
    ['a handle and a callback', ['m', {}, () => {}], 'ERR_INVALID_HANDLE_TYPE'],
    ['options that are a number', ['m', undefined, 5], 'ERR_INVALID_ARG_TYPE'],
    ['options that are null', ['m', undefined, null], 'ERR_INVALID_ARG_TYPE'],
    ['options that are a string', ['m', undefined, 'x'], 'ERR_INVALID_ARG_TYPE'],
    ['options that are an array', ['m', undefined, []], 'ERR_INVALID_ARG_TYPE'],
    ['an option that is none', ['m', undefined, { keepOpen: 'x' }], undefined],
  ])('%s: and nothing is sent', async (_name, args, code) => {
    const seen = [];
    for (const { child, inbox } of pairs) {
      let thrown;
      try {
        child.send(...args);
      } catch (error) {
        thrown = { class: error.constructor.name, code: error.code, message: error.message, keys: Object.keys(error) };
      }
      child.send('after');
      const messages = [await inbox.message()];
      if (!thrown) messages.push(await inbox.message());
      seen.push({ thrown, messages });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[1].thrown?.code).toBe(code);
    expect(seen[1].messages.at(-1)).toEqual({ back: 'after' });
  });
});
