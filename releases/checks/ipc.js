'use strict';
// Channels: messages, both serializations, the wire, and how they end.

const { closed, describe, next, talk, text, thrownBy } = require('../observe.js');
const { fork, shell } = require('../peers.js');

/** Values that JSON keeps, or changes. */
const PLAIN = [
  0,
  -0,
  1.5,
  Number.NaN,
  '',
  'ä\n\u2028',
  true,
  null,
  [],
  {},
  { a: undefined, b: [1, null] },
  new Date(0),
  Buffer.from('b'),
  { cmd: 'other' },
];

/** A view is of memory that others share. @param {any} message */
function withoutBytes(message) {
  if (message instanceof Error) return [message.name, message.message];
  return ArrayBuffer.isView(message) ? [message.constructor.name, message.byteLength] : message;
}

/** @type {import('../probe.js').Checks} */
module.exports = {
  'ipc: json messages': async ({ module }) => {
    const child = fork(module, 'echo');
    const end = talk(child);
    const sent = PLAIN.map((message) => child.send(message));
    child.send('end');
    return { sent, ...(await end) };
  },

  'ipc: advanced messages': async ({ module }) => {
    const child = fork(module, 'echo', { serialization: 'advanced' });
    const end = talk(child);
    const circular = /** @type {any} */ ({ name: 'circular' });
    circular.self = circular;
    const values = [
      ...PLAIN,
      circular,
      new Map([['a', 2n ** 70n]]),
      new Set([1]),
      new Uint16Array([1, 2]),
      new DataView(new ArrayBuffer(2)),
      Buffer.alloc(9, 'x'),
      /a/g,
      Object(1n),
      Object.assign([], { 1: 1 }),
      undefined,
    ];
    const sent = values.map((message) => thrownBy(() => child.send(message)));
    const refused = [
      thrownBy(() => child.send({ call: () => {} })),
      thrownBy(() => child.send({ symbol: Symbol('s') })),
    ];
    child.send(new RangeError('an error'));
    child.send('end');
    const { log, ...others } = await end;
    return { sent, refused, log: log.map(withoutBytes), ...others };
  },

  'ipc: callbacks of send': async ({ module }) => {
    const child = fork(module, 'echo');
    /** @type {any[]} */
    const log = [];
    const end = talk(child);
    const forms = [
      (/** @type {any} */ done) => child.send('a', done),
      (/** @type {any} */ done) => child.send('b', undefined, done),
      (/** @type {any} */ done) => child.send('c', null, {}, done),
      (/** @type {any} */ done) => child.send('d', undefined, { keepOpen: true }, done),
      (/** @type {any} */ done) => child.send('e', undefined, undefined, done),
    ];
    for (const [index, form] of forms.entries())
      log.push(form((/** @type {any[]} */ ...args) => log.push([index, ...args])));
    process.nextTick(() => log.push('tick'));
    child.send('end');
    return { end: await end, log };
  },

  'ipc: what goes over the wire': async ({ module }) => {
    const child = shell(module, 'echo $NODE_CHANNEL_FD $NODE_CHANNEL_SERIALIZATION_MODE; cat <&3');
    const written = text(child.stdout);
    for (const message of ['text', { a: ['ä'] }, 5, { cmd: 'NODE_own' }]) child.send(message);
    await new Promise((resolve) => child.send('last', resolve));
    child.disconnect();
    const advanced = shell(
      module,
      'echo $NODE_CHANNEL_FD $NODE_CHANNEL_SERIALIZATION_MODE; od -An -tx1 -N 40 <&3; cat <&3 >/dev/null',
      {
        serialization: 'advanced',
      },
    );
    const bytes = text(advanced.stdout);
    for (const message of ['text', { a: [1] }, Buffer.from('bytes'), 'and more']) advanced.send(message);
    await new Promise((resolve) => advanced.send('last', resolve));
    advanced.disconnect();
    return [await written, await bytes];
  },

  'ipc: what a child says that is not Node': async ({ module }) => {
    const script = [
      String.raw`printf '{"a":1}\n"text"\n5\n' >&3`,
      String.raw`printf '{"cmd":"NODE_own","b":2}\n{"cmd":"other"}\n{"c' >&3`,
      String.raw`printf 'ut":"\303' >&3; printf '\244"}\n' >&3; exit 3`,
    ].join('; ');
    const child = shell(module, script);
    /** @type {any[]} */
    const log = [];
    for (const event of ['message', 'internalMessage', 'disconnect', 'error']) {
      child.on(event, (/** @type {any[]} */ ...args) => log.push([event, ...args]));
    }
    return [await closed(child), log];
  },

  'ipc: a child that disconnects': async ({ module }) => {
    const child = fork(module, 'echo');
    const connected = [child.connected];
    /** @type {any[]} */
    const log = [];
    child.on('disconnect', () => log.push(['disconnect', child.connected, child.channel, child.exitCode]));
    child.send('end');
    const end = await closed(child);
    connected.push(child.connected);
    return { connected, log, end, again: thrownBy(() => child.disconnect()) };
  },

  'ipc: a parent that disconnects': async ({ module }) => {
    const child = fork(module, 'echo');
    child.send('a');
    await next(child, 'message');
    /** @type {any[]} */
    const log = [];
    for (const event of ['disconnect', 'exit', 'error'])
      child.on(event, (/** @type {any[]} */ ...args) => log.push([event, ...args.map(describe)]));
    const exited = next(child, 'exit');
    child.disconnect();
    log.push(['returned', child.connected, child.channel]);
    child.disconnect();
    log.push([child.send('late', (/** @type {any} */ error) => log.push(['sent', describe(error)]))]);
    await exited;
    return log;
  },

  "ipc: 'close' after the parent disconnects": async ({ module }) => {
    const child = fork(module, 'echo');
    /** @type {string[]} */
    const log = [];
    child.on('close', () => log.push('close'));
    child.send('a');
    await next(child, 'message');
    const exited = next(child, 'exit');
    child.disconnect();
    await exited;
    for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
    return log;
  },

  'ipc: many messages': async ({ module }) => {
    const child = fork(module, 'echo');
    let count = 0;
    let inOrder = true;
    child.on('message', (/** @type {any} */ { index, text: long }) => {
      inOrder &&= index === count && long.length === index;
      if (++count === 2_000) child.send('end');
    });
    const end = closed(child);
    for (let index = 0; index < 2_000; index++) child.send({ index, text: 'x'.repeat(index) });
    child.on('error', () => {});
    child.removeAllListeners('message');
    child.on('message', (/** @type {any} */ message) => {
      if (message === 'end') return;
      inOrder &&= message.index === count && message.text.length === count;
      if (++count === 2_000) child.send('end');
    });
    return [await end, count, inOrder];
  },
};
