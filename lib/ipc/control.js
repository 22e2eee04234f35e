'use strict';
// What users see as `child.channel`.
// Source: https://nodejs.org/api/child_process.html#subprocesschannel

const { EventEmitter } = require('node:events');
const { deprecate } = require('node:util');
const { channelTellsUnref, hasOldChannelName } = require('../release.js');

/**
 * Lets users say whether the channel keeps the event loop alive. refCounted() keeps it alive until as many calls of
 * unrefCounted(). After ref() or unref() the counts have no effect: the user has decided. execa calls the counted
 * forms.
 */
class Control extends EventEmitter {
  #native;
  #count = 0;
  #isExplicit = false;

  /** @param {import('../../binding.js').Channel} native */
  constructor(native) {
    super();
    this.#native = native;
  }

  get fd() {
    return this.#native.fd;
  }

  refCounted() {
    if (++this.#count === 1 && !this.#isExplicit) this.#native.ref();
  }

  unrefCounted() {
    if (--this.#count !== 0 || this.#isExplicit) return;
    this.#native.unref();
    if (channelTellsUnref) this.emit('unref');
  }

  ref() {
    this.#isExplicit = true;
    this.#native.ref();
  }

  unref() {
    this.#isExplicit = true;
    this.#native.unref();
  }
}

/** @param {any} child */
function addDeprecatedName(child) {
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
function attachControl(child, native) {
  const control = new Control(native);
  child.channel = control;
  if (hasOldChannelName) addDeprecatedName(child);
  return control;
}

module.exports = { attachControl };
