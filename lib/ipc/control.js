'use strict';
// What users see as `child.channel`.
// Source: https://nodejs.org/api/child_process.html#subprocesschannel

const { EventEmitter } = require('node:events');
const { deprecate } = require('node:util');
const { channelTellsUnref, hasOldChannelName } = require('../release.js');

/**
 * Lets users say whether the channel keeps the event loop alive. The counted forms
 * hold it alive from the first call to its counterpart, and then no more, unless
 * the user has said by ref() or unref() what it shall be: execa calls them.
 */
class Control extends EventEmitter {
  #native;
  #count = 0;
  #isDecided = false;

  /** @param {import('../../binding.js').Channel} native */
  constructor(native) {
    super();
    this.#native = native;
  }

  get fd() {
    return this.#native.fd;
  }

  refCounted() {
    if (++this.#count === 1 && !this.#isDecided) this.#native.ref();
  }

  unrefCounted() {
    if (--this.#count !== 0 || this.#isDecided) return;
    this.#native.unref();
    if (channelTellsUnref) this.emit('unref');
  }

  ref() {
    this.#isDecided = true;
    this.#native.ref();
  }

  unref() {
    this.#isDecided = true;
    this.#native.unref();
  }
}

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
  const control = new Control(native);
  child.channel = control;
  if (hasOldChannelName) addOldName(child);
  return control;
}

module.exports = { showControl };
