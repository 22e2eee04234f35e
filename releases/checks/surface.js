'use strict';
// What stands on the exports, on ChildProcess and on children.

const { EventEmitter } = require('node:events');
const { promisify } = require('node:util');
const { closed, isAdded, next, shapeOf } = require('../observe.js');
const { program } = require('../program.js');
const { fork } = require('../peers.js');

/** @param {any} module */
const functionsOf = (module) => Object.entries(module).filter(([, value]) => typeof value === 'function');

/** Its properties, in their order, and what is plain among their values. @param {any} child */
function looksOf(child) {
  const plain = (/** @type {any} */ value) =>
    typeof value === 'object' && value !== null ? (value.constructor?.name ?? 'object') : value;
  return Reflect.ownKeys(child).map((key) => {
    if (typeof key === 'symbol') return key;
    const isFunction = typeof child[key] === 'function';
    return [
      key,
      key === 'pid' ? typeof child[key] : isFunction ? [child[key].name, child[key].length] : plain(child[key]),
    ];
  });
}

/** @param {any} property */
const butHandle = (property) => property[0] !== '_handle';

/** @type {import('../probe.js').Checks} */
module.exports = {
  'surface: names of the exports': ({ module }) => ({
    keys: Object.keys(module),
    all: Reflect.ownKeys(module).filter((key) => typeof key === 'string' && !isAdded(key)),
  }),

  'surface: descriptors of the exports': ({ module }) =>
    shapeOf(module).filter(([key]) => typeof key === 'string' && !isAdded(key)),

  'surface: what stands on each function': ({ module }) =>
    functionsOf(module).map(([name, value]) => [name, shapeOf(value)]),

  'surface: promise forms': ({ module: { exec, execFile } }) =>
    [exec, execFile].map((run) => {
      const form = /** @type {any} */ (run)[promisify.custom];
      return [
        form.name,
        form.length,
        promisify(run) === form,
        Object.getOwnPropertyDescriptor(run, promisify.custom)?.enumerable,
      ];
    }),

  'surface: ChildProcess': ({ module: { ChildProcess } }) => ({
    inherits: Object.getPrototypeOf(ChildProcess) === EventEmitter,
    prototype: Object.getPrototypeOf(ChildProcess.prototype) === EventEmitter.prototype,
    name: new ChildProcess().constructor === ChildProcess,
    child: new ChildProcess() instanceof EventEmitter,
  }),

  'surface: ChildProcess.prototype': ({ module }) =>
    shapeOf(module.ChildProcess.prototype).filter(([key]) => !isAdded(key)),

  'surface: a new ChildProcess': ({ module }) => looksOf(new module.ChildProcess()).filter(butHandle),

  'surface: a child that runs': async ({ module }) => {
    const child = module.spawn('cat');
    child.stdio;
    const looks = looksOf(child);
    child.stdin.end();
    await closed(child);
    return { looks: looks.filter(butHandle), keys: Object.keys(child) };
  },

  'surface: a child that has ended': async ({ module }) => {
    const child = module.spawn('sh', ['-c', 'exit 3']);
    child.stdio;
    await closed(child);
    return looksOf(child);
  },

  'surface: a child that did not start': async ({ module }) => {
    const child = module.spawn('/nowhere/none', ['a']);
    child.stdio;
    const before = looksOf(child).filter(butHandle);
    child.on('error', () => {});
    await closed(child);
    return { before, after: looksOf(child) };
  },

  'surface: a forked child': async ({ module }) => {
    const child = fork(module, 'echo');
    child.stdio;
    const own = looksOf(child).filter(butHandle);
    const connected = [child.connected, typeof child.channel];
    child.send('end');
    await closed(child);
    return { own, connected, after: [child.connected, child.channel], keys: Object.keys(child) };
  },

  'surface: _channel': async ({ module }) => {
    const child = fork(module, 'echo');
    const { get, set, value, ...flags } = Object.getOwnPropertyDescriptor(child, '_channel') ?? {};
    const seen = ['_channel' in child, typeof get, typeof set, typeof value, flags];
    child.send('end');
    await closed(child);
    return seen;
  },

  'surface: _channel is deprecated': (context) =>
    program(context, (load, report) => {
      const child = load().fork('-', [], { execPath: 'true', execArgv: [] });
      report(child._channel === child.channel);
    }),

  'surface: the control of a channel': async ({ module }) => {
    const child = fork(module, 'echo');
    const { channel } = child;
    const looks = {
      class: channel.constructor.name,
      emits: channel instanceof EventEmitter,
      methods: shapeOf(Object.getPrototypeOf(channel)).sort(),
      fd: typeof channel.fd,
    };
    child.send('end');
    await closed(child);
    return looks;
  },

  'surface: a stream that nobody has asked for': async ({ module }) => {
    const child = module.spawn('true');
    const { get, value } = /** @type {any} */ (Object.getOwnPropertyDescriptor(child, 'stdout'));
    await closed(child);
    return [typeof get, typeof value];
  },

  'surface: the handle': async ({ module }) => {
    const child = module.spawn('true');
    const { _handle } = child;
    const names = ['pid', 'kill', 'ref', 'unref', 'hasRef', 'close', 'onexit'];
    const seen = [_handle.constructor.name, names.map((name) => typeof _handle[name]), _handle.hasRef()];
    await next(child, 'exit');
    return [...seen, child._handle];
  },

  'surface: what keeps the loop alive': async ({ module }) => {
    const processes = () => process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;
    const before = processes();
    const child = module.spawn('cat', { stdio: ['pipe', 'ignore', 'ignore'] });
    const listed = processes() - before;
    child.stdin.end();
    await closed(child);
    return listed;
  },
};
