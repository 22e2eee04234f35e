'use strict';

const { performance } = require('node:perf_hooks');
const { lifetimeOf } = require('./lifetime.js');
const { after } = require('./timer.js');

/**
 * SIGKILL after a while, where nothing but a timer can keep the time. The earliest counts.
 * @param {any} child
 * @param {number} delay milliseconds
 */
function forceByTimer(child, delay) {
  const lifetime = lifetimeOf(child);
  const at = performance.now() + delay;
  if (lifetime.forcedAt <= at) return;
  lifetime.forcedAt = at;
  // The child keeps the loop alive.
  const forget = after(delay, () => {
    if (!lifetime.isKilled) lifetime.isForced ||= child.kill('SIGKILL');
  });
  const { onExit } = lifetime;
  lifetime.onExit = () => {
    forget();
    onExit?.();
  };
}

module.exports = { forceByTimer };
