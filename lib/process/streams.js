'use strict';
// The streams of a ChildProcess, each made when somebody asks for it: until then there is a BarePipe.

const { inspect } = require('node:util');
const { BarePipe } = require('../stdio/bare-pipe.js');

/** Where a ChildProcess keeps its pipes that nobody has asked for. Proxies and inheriting objects reach it, too. */
const kPipes = Symbol('kPipes');

/** The pipes of one child by fd: null, a stream or a BarePipe each. */
class Pipes {
  child;
  list;

  /**
   * @param {any} child
   * @param {any[]} list
   */
  constructor(child, list) {
    this.child = child;
    this.list = list;
  }

  /**
   * @param {number} index
   * @returns {any} the stream there
   */
  ask(index) {
    const pipe = this.list[index];
    if (isBare(pipe)) {
      this.list[index] = pipe.toStream();
      // Unless somebody has replaced the property.
      const name = NAMES[index];
      if (Object.getOwnPropertyDescriptor(this.child, name)?.get) settle(this.child, name, this.list[index]);
    }
    return this.list[index];
  }

  askAll() {
    for (const index of this.list.keys()) this.ask(index);
    settle(this.child, 'stdio', this.list);
    Reflect.deleteProperty(this.child, kPipes);
    Reflect.deleteProperty(this.child, inspect.custom);
    return this.list;
  }
}

/**
 * Makes a property of the child a plain one.
 * @param {any} child
 * @param {string} name
 * @param {any} value
 */
function settle(child, name, value) {
  // This may fail: somebody may have sealed the child.
  Reflect.defineProperty(child, name, { value, writable: true, enumerable: true, configurable: true });
}

/**
 * A property whose value is made once somebody looks.
 * @param {string} name
 * @param {(pipes: Pipes) => any} ask
 * @returns {PropertyDescriptor & ThisType<any>}
 */
function onAsking(name, ask) {
  return {
    get() {
      return ask(this[kPipes]);
    },
    set(value) {
      settle(this, name, value);
    },
    enumerable: true,
    configurable: true,
  };
}

const NAMES = ['stdin', 'stdout', 'stderr'];
const [STDIN, STDOUT, STDERR] = NAMES.map((name, index) => onAsking(name, (pipes) => pipes.ask(index)));
const STDIO = onAsking('stdio', (pipes) => pipes.askAll());

/** console.log(child) shows what it shows of the built-in's. @type {PropertyDescriptor & ThisType<any>} */
const INSPECTION = {
  value() {
    this[kPipes].askAll();
    return this;
  },
  configurable: true,
};

/**
 * @param {any} child
 * @param {any[]} list what there is at each fd: null, or a BarePipe, or in the place of all of those a stream
 */
function givePipes(child, list) {
  place(child, 'stdin', STDIN, list[0]);
  place(child, 'stdout', STDOUT, list[1]);
  place(child, 'stderr', STDERR, list[2]);
  if (!list.some(isBare)) {
    child.stdio = list;
    return;
  }
  Object.defineProperty(child, 'stdio', STDIO);
  Object.defineProperty(child, kPipes, { value: new Pipes(child, list), configurable: true });
  Object.defineProperty(child, inspect.custom, INSPECTION);
}

/**
 * @param {any} child
 * @param {string} name
 * @param {PropertyDescriptor} property
 * @param {any} pipe
 */
function place(child, name, property, pipe) {
  if (isBare(pipe)) Object.defineProperty(child, name, property);
  else child[name] = pipe ?? null;
}

/** @param {any} pipe */
function isBare(pipe) {
  return pipe instanceof BarePipe;
}

/** Makes all streams, where a program would notice that they are missing. @param {any} child */
function askForAll(child) {
  child[kPipes]?.askAll();
}

/**
 * What there is at each fd of a child, without asking for a stream.
 * @param {any} child
 * @returns {any[]}
 */
function pipesOf(child) {
  return child[kPipes]?.list ?? child.stdio ?? [];
}

/**
 * Stdin, stdout and stderr in the same way.
 * @param {any} child
 * @returns {any[]}
 */
function standardPipesOf(child) {
  return child[kPipes]?.list ?? [child.stdin, child.stdout, child.stderr];
}

module.exports = { askForAll, givePipes, pipesOf, standardPipesOf };
