'use strict';
// One Node's answers to all checks: node releases/probe.js MODULE [--only CHECK]... prints a line of JSON for each check as
// it ends, {"name", "result"}. MODULE is `builtin` or `forkless`.

const fs = require('node:fs');
const path = require('node:path');
const { inspect, parseArgs } = require('node:util');

/** A check that takes longer hangs. */
const PATIENCE = 20_000;

const ROOT = path.join(__dirname, '..');

/** How programs require each module, and the flags that put it into the place of `node:child_process`. */
const MODULES = {
  builtin: { name: 'node:child_process', register: [] },
  forkless: { name: path.join(ROOT, 'index.js'), register: ['--require', path.join(ROOT, 'register.js')] },
};

/**
 * @typedef {object} Context
 * @property {any} module the module on trial
 * @property {string} name by which a program requires it
 * @property {string[]} register flags that put it into the built-in's place
 * @property {string} folder for files; gone at the end
 *
 * @typedef {Record<string, (context: Context) => unknown>} Checks what each gives is what it saw, as plain data
 */

const SUBJECTS = fs.readdirSync(path.join(__dirname, 'checks')).sort();

/** @type {Checks} */
const CHECKS = Object.assign({}, ...SUBJECTS.map((file) => require(`./checks/${file}`)));

/** @param {unknown} value */
const asText = (value) =>
  typeof value === 'string' ? value : inspect(value, { depth: 12, breakLength: 110, maxArrayLength: 1000 });

/**
 * @param {string} name
 * @param {Context} context
 */
async function resultOf(name, context) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, 'hung');
  });
  const uncaught = new Promise((_resolve, reject) => process.once('uncaughtException', reject));
  try {
    return asText(await Promise.race([CHECKS[name](context), late, uncaught]));
  } catch (error) {
    // Without the frames: they name files of one module.
    return `unexpected: ${error}`;
  } finally {
    clearTimeout(timer);
    process.removeAllListeners('uncaughtException');
  }
}

async function main() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string', multiple: true } },
  });
  const chosen = MODULES[/** @type {keyof typeof MODULES} */ (positionals[0])];
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'forkless-probe-')));
  fs.chmodSync(folder, 0o755);
  const context = { ...chosen, module: require(chosen.name), folder };
  for (const name of Object.keys(CHECKS)) {
    if (values.only && !values.only.includes(name)) continue;
    const result = await resultOf(name, context);
    fs.writeSync(1, `${JSON.stringify({ name, result })}\n`);
  }
  fs.rmSync(folder, { recursive: true, force: true });
  // What a hung check has left would keep it.
  process.exit(0);
}

main();
