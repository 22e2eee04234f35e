'use strict';
// One program of all kinds of starts: node sandboxes/starts.js MODULE [flags]
// prints a line of JSON for each case as it ends, {"name", "result"}; see cases/.
//
//   --only NAME       this case alone; may be given many times
//   --patience MS     a case that takes longer is `hung`; the third of these ends the program
//   --addon FILE      required before the first case and after the module: it sets limits to this program
//   --no-end          it kills itself after the last case, where no program could end
//   --mark            calls umask(2) twice after each case, for a debugger to count

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', multiple: true },
    patience: { type: 'string', default: '20000' },
    addon: { type: 'string' },
    'no-end': { type: 'boolean', default: false },
    mark: { type: 'boolean', default: false },
  },
});

/** Hung cases before the program gives up: each has cost the whole of the patience. */
const ENOUGH = 3;

const HUNG = 'hung';
const UNEXPECTED = 'unexpected: ';

/**
 * @typedef {object} Context
 * @property {any} module the module on trial
 * @property {string} path by which a worker requires it
 * @property {string} folder for files; gone at the end
 *
 * @typedef {Record<string, (context: Context) => unknown>} Cases what each gives is what it saw, as plain data
 */

/** @type {Cases} */
const CASES = {
  ...require('./cases/spawn.js'),
  ...require('./cases/failures.js'),
  ...require('./cases/ends.js'),
  ...require('./cases/exec.js'),
  ...require('./cases/sync.js'),
  ...require('./cases/many.js'),
  ...require('./cases/fork.js'),
  ...require('./cases/left.js'),
};

/** @param {string} name @param {unknown} result */
function report(name, result) {
  // Written at once, so that nothing is lost when the program is killed.
  fs.writeSync(1, `${JSON.stringify({ name, result })}\n`);
}

/** @param {string} name @param {Context} context */
async function resultOf(name, context) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, Number(flags.patience), HUNG);
  });
  // An 'error' that no case listens for, of a pipe for one: where system calls are refused there are such.
  const uncaught = new Promise((_resolve, reject) => process.once('uncaughtException', reject));
  try {
    return await Promise.race([CASES[name](context), late, uncaught]);
  } catch (error) {
    return `${UNEXPECTED}${error}`;
  } finally {
    clearTimeout(timer);
    process.removeAllListeners('uncaughtException');
  }
}

async function main() {
  const [modulePath] = positionals;
  const module = require(modulePath);
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-starts-')));
  fs.chmodSync(folder, 0o755);
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const context = { module, path: modulePath, folder };
  if (flags.addon) {
    // See contained.mjs: without a namespace of its own this program could end all others.
    assert.equal(fs.readFileSync('/proc/1/comm', 'utf8'), 'sh\n');
    require(flags.addon);
  }

  const broken = { hung: 0, unexpected: 0 };
  for (const name of Object.keys(CASES)) {
    if (!(flags.only?.includes(name) ?? true)) continue;
    const result = await resultOf(name, context);
    report(name, result);
    if (flags.mark) process.umask();
    if (result === HUNG && ++broken.hung === ENOUGH) break;
    if (String(result).startsWith(UNEXPECTED)) broken.unexpected++;
  }
  if (flags['no-end']) process.kill(process.pid, 'SIGKILL');
  // No exit where all is well: that the program ends by itself is one of the things on trial.
  // What a broken case has left would keep it.
  if (broken.hung + broken.unexpected > 0) process.exit(1);
}

main();
