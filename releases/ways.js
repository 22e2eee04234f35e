'use strict';
// All functions of the module with the same options.

const { describe, story } = require('./observe.js');

/** Says where it runs, and as what. */
const ASK = 'echo "$PWD|$0|$MARK"';

/** Each function with a file and options: what it says, or what is wrong. @param {any} module */
const ways = (module) => ({
  spawn: (/** @type {any} */ options) => story(module.spawn('sh', ['-c', ASK], options)),
  spawnSync: (/** @type {any} */ options) => sayings(module.spawnSync('sh', ['-c', ASK], options)),
  execFile: (/** @type {any} */ options) => said((done) => module.execFile('sh', ['-c', ASK], options, done)),
  exec: (/** @type {any} */ options) => said((done) => module.exec(ASK, options, done)),
  execFileSync: (/** @type {any} */ options) => module.execFileSync('sh', ['-c', ASK], options),
  execSync: (/** @type {any} */ options) => module.execSync(ASK, options),
  fork: (/** @type {any} */ options) => {
    const child = module.fork('-c', [ASK], {
      execPath: 'sh',
      execArgv: [],
      silent: true,
      ...options,
      __proto__: Object.getPrototypeOf(options ?? {}),
    });
    return story(child);
  },
});

/** What a callback gets. @param {(done: (...args: any[]) => void) => any} call */
const said = (call) => new Promise((resolve) => call((...args) => resolve(args.map(describe))));

/** Without the pid. @param {any} result */
const sayings = ({ pid, error, ...rest }) => ({ ...rest, error: error && describe(error) });

/**
 * Every function with the same options: what comes of each.
 * @param {any} module
 * @param {() => any} options
 */
async function onAll(module, options) {
  const results = [];
  for (const [name, call] of Object.entries(ways(module))) {
    try {
      const result = await call(options());
      results.push([name, Buffer.isBuffer(result) ? result.toString() : result]);
    } catch (error) {
      results.push([name, describe(error)]);
    }
  }
  return results;
}

module.exports = { ASK, onAll, said, sayings };
