'use strict';
// Next.js, whose server takes a module into its bundle unless it is told not to.

const assert = require('node:assert');
const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { must } = require('../run.js');

const node = process.execPath;
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', CI: '1', NO_COLOR: '1' };

const FILES = {
  'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>;',
  'app/page.js': 'export default () => <p>page</p>;',
  'app/run/route.js': `
    import { execFile, native, reason } from 'forkless';
    import { promisify } from 'node:util';
    export const dynamic = 'force-dynamic';
    export async function GET() {
      const { stdout } = await promisify(execFile)('echo', ['execFile']);
      return Response.json({ native, reason, stdout });
    }`,
};

/**
 * What the server answers.
 * @param {string} folder
 * @param {string} next
 * @param {NodeJS.ProcessEnv} [env]
 */
async function ask(folder, next, env) {
  const server = spawn(node, [next, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
    cwd: folder,
    env: { ...process.env, ...QUIET, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'close');
  try {
    let said = '';
    for await (const text of server.stdout.setEncoding('utf8')) {
      said += text;
      const [, address] = said.match(/(http:\/\/\S+:[1-9]\d*)[\s\S]*Ready/) ?? [];
      if (address) return await (await fetch(`${address}/run`)).json();
    }
    throw new Error(`Next.js did not start:\n${said}`);
  } finally {
    server.kill();
    await ended;
  }
}

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = [false, true].map((isExternal) => ({
  name: `Next.js: ${isExternal ? 'external' : 'in the bundle'}`,
  needs: ['next@15', 'react@19', 'react-dom@19'],
  isOptional: true,
  async run({ install }, tool) {
    const folder = await install(`next-${isExternal}`);
    for (const name of ['next', 'react', 'react-dom']) {
      fs.symlinkSync(tool(name), path.join(folder, 'node_modules', name));
    }
    const external = isExternal ? "serverExternalPackages: ['forkless']" : '';
    const files = { ...FILES, 'next.config.mjs': `export default { ${external} };` };
    for (const [name, text] of Object.entries(files)) {
      fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      fs.writeFileSync(path.join(folder, name), text);
    }
    const next = path.join(folder, 'node_modules/next/dist/bin/next');
    const { output } = await must(node, [next, 'build'], { cwd: folder, env: QUIET });
    assert.doesNotMatch(output, /critical|warning/i);
    assert.deepStrictEqual(await ask(folder, next), { native: true, stdout: 'execFile\n' });
  },
}));
