'use strict';
// What is left at the end: no zombie, and a child that does not keep the program.

const fs = require('node:fs');

/** The zombies among this process's children. Source: proc_pid_stat(5) */
function zombies() {
  let count = 0;
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const text = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [state, parent] = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (state === 'Z' && Number(parent) === process.pid) count++;
    } catch {
      // It has ended meanwhile.
    }
  }
  return count;
}

/** @type {import('../starts.js').Cases} */
module.exports = {
  zombies: async () => {
    for (let tries = 0; zombies() > 0 && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 10));
    return zombies();
  },

  // The last: the program ends while it runs, or hangs.
  'an unreferenced child': ({ module }) => {
    const child = module.spawn('sleep', ['30'], { stdio: 'ignore' });
    child.unref();
    process.on('exit', () => child.kill('SIGKILL'));
    return typeof child.pid;
  },
};
