'use strict';
// The streams of a ChildProcess: made at its start, or, where a command's output
// is only collected, when somebody asks for them.

const { inspect } = require('node:util');
const { BarePipe } = require('../stdio/bare-pipe.js');
const { openSocket } = require('../stdio/socket.js');

/** Children whose streams are made when they are asked for. @type {WeakSet<object>} */
const collected = new WeakSet();

/** Of those whose streams nobody has asked for. @type {WeakMap<object, any[]>} */
const bare = new WeakMap();

/** Leaves the pipes of a child that is about to start without streams. @param {any} child */
function leaveBare(child) {
  collected.add(child);
}

/**
 * @param {any} child
 * @param {number} fd our end of a pipe
 * @param {boolean} readable false for the child's stdin
 * @returns {import('node:net').Socket | InstanceType<typeof BarePipe>}
 */
function openPipe(child, fd, readable) {
  return collected.has(child) ? new BarePipe(fd, readable) : openSocket(fd, readable);
}

/**
 * What there is at each fd of a child, without asking for a stream.
 * @param {any} child
 * @returns {any[]}
 */
function pipesOf(child) {
  return bare.get(child) ?? child.stdio ?? [];
}

/**
 * Stdin, stdout and stderr in the same way.
 * @param {any} child
 * @returns {any[]}
 */
function standardPipesOf(child) {
  return bare.get(child) ?? [child.stdin, child.stdout, child.stderr];
}

/**
 * @param {any} child
 * @param {any[]} pipes what there is at each fd: null, a stream or a BarePipe
 */
function givePipes(child, pipes) {
  if (pipes.some((pipe) => pipe instanceof BarePipe)) {
    bare.set(child, pipes);
    Object.defineProperties(child, {
      stdin: onAsking(child, 'stdin'),
      stdout: onAsking(child, 'stdout'),
      stderr: onAsking(child, 'stderr'),
      stdio: onAsking(child, 'stdio'),
      // console.log(child) shows what it shows of any other.
      [inspect.custom]: { value: () => makeStreams(child), configurable: true },
    });
    return;
  }
  [child.stdin, child.stdout, child.stderr] = pipes;
  child.stdio = pipes;
}

/**
 * A property that holds what it should once somebody looks.
 * @param {any} child
 * @param {'stdin' | 'stdout' | 'stderr' | 'stdio'} name
 * @returns {PropertyDescriptor}
 */
function onAsking(child, name) {
  return {
    get: () => makeStreams(child)[name],
    set: (value) => {
      makeStreams(child)[name] = value;
    },
    enumerable: true,
    configurable: true,
  };
}

/** @param {any} child whose pipes are bare */
function makeStreams(child) {
  const streams = pipesOf(child).map((pipe) => (pipe instanceof BarePipe ? pipe.toStream() : pipe));
  bare.delete(child);
  const [stdin, stdout, stderr] = streams;
  delete child[inspect.custom];
  for (const [name, value] of Object.entries({ stdin, stdout, stderr, stdio: streams })) {
    Object.defineProperty(child, name, { value, writable: true, enumerable: true, configurable: true });
  }
  return child;
}

module.exports = { givePipes, leaveBare, openPipe, pipesOf, standardPipesOf };
