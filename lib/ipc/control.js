'use strict';
// What users see as `child.channel`.
// Source: https://nodejs.org/api/child_process.html#subprocesschannel

const { EventEmitter } = require('node:events');
const { deprecate } = require('node:util');
const { since } = require('../release.js');

/** Lets users say whether the channel keeps the event loop alive. */
class Control extends EventEmitter {
  #native;

  /** @param {import('../../binding.js').Channel} native */
  constructor(native) {
    super();
    this.#native = native;
  }

  get fd() {
    return this.#native.fd;
  }

  ref() {
    this.#native.ref();
  }

  unref() {
    this.#native.unref();
  }
}

/** `child._channel`, deprecated long ago and gone with Node 26. */
const HAS_OLD_NAME = !since('26.0');

/** @param {any} child */
function addOldName(child) {
  const text = '_channel is deprecated. Use ChildProcess.channel instead.';
  Object.defineProperty(child, '_channel', {
    get: deprecate(() => child.channel, text, 'DEP0129'),
    set: deprecate((channel) => (child.channel = channel), text, 'DEP0129'),
    configurable: true,
    enumerable: false,
  });
}

/**
 * @param {any} child
 * @param {import('../../binding.js').Channel} native
 */
function showControl(child, native) {
  child.channel = new Control(native);
  if (HAS_OLD_NAME) addOldName(child);
}

module.exports = { showControl };
