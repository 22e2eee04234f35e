'use strict';
// Ends trees in each way that a keeper has, and prints a line for each: what was left of it, or where no keeper can be
// had, why. The first argument is the path of forkless.

const { readFileSync, readdirSync } = require('node:fs');

const forkless = require(/** @type {string} */ (process.argv[2]));

/** Two get away from the shell: one with a session of its own, and one whose parent ends. */
const GROW = 'setsid -f sleep 600; (sleep 600 &)';
const AWAY = 2;
const MANY = 200;

const wait = (/** @type {number} */ time) => new Promise((resolve) => setTimeout(resolve, time));

/** @param {string} word in the environment of all of a tree */
const alive = (word) =>
  readdirSync('/proc').filter((name) => {
    try {
      const [, state] = readFileSync(`/proc/${name}/stat`, 'latin1').split(') ');
      return state[0] !== 'Z' && readFileSync(`/proc/${name}/environ`, 'latin1').includes(`FORKLESS_TREE=${word}`);
    } catch {
      return false;
    }
  });

/** @param {() => boolean} condition */
async function until(condition) {
  while (!condition()) await wait(5);
}

/** By name: starts a tree, and ends it. */
const WAYS = {
  killTree: async (/** @type {any} */ start) => {
    const child = start(`${GROW}; exec sleep 600`, { killDescendants: true });
    await until(() => child.descendants().length === AWAY);
    return child.killTree('SIGKILL');
  },
  'kill()': async (/** @type {any} */ start) => {
    const child = start(`${GROW}; exec sleep 600`, { killDescendants: true });
    await until(() => child.descendants().length === AWAY);
    child.kill();
    return (await child.exited).signal;
  },
  exit: async (/** @type {any} */ start) => (await start(`${GROW}; exit 3`, { killDescendants: 'exit' }).exited).code,
  many: async (/** @type {any} */ start) => {
    const script = `i=0; while [ $i -lt ${MANY} ]; do sleep 600 & i=$((i + 1)); done; wait`;
    const child = start(script, { killDescendants: true });
    await until(() => child.descendants().length === MANY);
    return child.killTree('SIGKILL');
  },
};

/** What an option says that cannot be had. */
function refusal() {
  try {
    forkless.spawn('true', { killDescendants: true });
    return 'it was started';
  } catch (/** @type {any} */ { code, reason }) {
    return [code, reason];
  }
}

async function main() {
  if (!forkless.supports('killDescendants')) {
    console.log(JSON.stringify({ name: 'no keeper', result: refusal() }));
    return;
  }
  for (const [name, way] of Object.entries(WAYS)) {
    const word = `${process.pid} ${name};`;
    const env = { ...process.env, FORKLESS_TREE: word };
    const result = await way((/** @type {string} */ script, /** @type {object} */ options) =>
      forkless.spawn('sh', ['-c', script], { ...options, env, stdio: 'ignore' }),
    );
    await until(() => alive(word).length === 0);
    console.log(JSON.stringify({ name, result }));
  }
}

main();
