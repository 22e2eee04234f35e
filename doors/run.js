'use strict';
// Commands, in an environment as somebody has it who does not come from here.

const { spawn } = require('node:child_process');

/** Without what npm tells a script, and what this run demands of forkless; with how npm is set up. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) =>
      /^npm_config_(registry|cache|cafile|userconfig|globalconfig|.*proxy)$/i.test(name) ||
      !/^(npm_|NODE_OPTIONS$|NODE_NO_WARNINGS$|FORKLESS_|GITHUB_)/i.test(name),
  ),
);

/**
 * @typedef {object} Ended
 * @property {number | null} code
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} output both, as for a message
 */

/**
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, timeout?: number }} [options]
 * @returns {Promise<Ended>}
 */
function run(command, args, { cwd, env, input = '', timeout = 300_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...ENV, ...env }, timeout, killSignal: 'SIGKILL' });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, output: `${stdout}${stderr}` }));
    child.stdin.on('error', () => {}).end(input);
  });
}

/** What must end well. @type {(...args: Parameters<typeof run>) => Promise<Ended>} */
async function must(...args) {
  const ended = await run(...args);
  if (ended.code !== 0) throw new Error(`${args[0]} ${args[1].join(' ')} ended with ${ended.code}:\n${ended.output}`);
  return ended;
}

module.exports = { must, run };
