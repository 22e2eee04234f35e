'use strict';

const { lifetimeOf } = require('./lifetime.js');
const { after } = require('./timer.js');

/**
 * SIGKILL after a while, where nothing but a timer can keep the time. The first call counts.
 * @param {any} child
 * @param {number} delay milliseconds
 */
function forceByTimer(child, delay) {
  const lifetime = lifetimeOf(child);
  if (lifetime.isForcing) return;
  lifetime.isForcing = true;
  // The child keeps the loop alive.
  const forget = after(delay, () => {
    lifetime.isForced = child.kill('SIGKILL');
  });
  const { onExit } = lifetime;
  lifetime.onExit = () => {
    forget();
    onExit?.();
  };
}

module.exports = { forceByTimer };
