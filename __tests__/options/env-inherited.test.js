'use strict';
// What a child is given that is no own property of process.env, in programs of their own: Nodes differ in it.

const { BUILTIN, FORKLESS, forkless, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const nameOf = (module) => (module === forkless ? FORKLESS : BUILTIN);

/** What children of the three kinds have of ZED, in `prepare`'s surroundings. */
const zedOfChildren = async ({ execFile, spawn, spawnSync }, report, options) => {
  const sh = ['-c', 'echo $ZED $OWN'];
  // As libraries do.
  Object.prototype.ZED = '1';
  const { stdout } = spawnSync('sh', sh, options);
  const child = spawn('sh', sh, options);
  let text = '';
  child.stdout.on('data', (chunk) => {
    text += chunk;
  });
  await new Promise((resolve) => child.on('close', resolve));
  const collected = await new Promise((resolve) => {
    execFile('sh', sh, options, (_error, output) => resolve(output));
  });
  Reflect.deleteProperty(Object.prototype, 'ZED');
  const { stdout: afterwards } = spawnSync('sh', sh, options);
  report([String(stdout), text, collected, String(afterwards)]);
};

describe("a name in Object.prototype is handed on as by this Node's own", () => {
  test.each([
    ['process.env', {}, 'own\n'],
    ['an environment of the call', { env: { OWN: 'given', PATH: process.env.PATH } }, 'given\n'],
  ])('%s', async (_name, options, own) => {
    const [seen] = await onBoth((module) => reportsOf(module, zedOfChildren, { args: [options], env: { OWN: 'own' } }));
    expect(new Set(seen.slice(0, 3)).size).toBe(1);
    expect(seen[3]).toBe(own);
  });
});

test.each([['before the module is loaded'], ['afterwards']])('the same in a worker, put there %s', async (when) => {
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      (_module, report, name, isBefore) => {
        const { Worker } = require('node:worker_threads');
        const load = `const { execFile, spawnSync } = require(${JSON.stringify(name)});`;
        const put = "Object.prototype.ZED = '1';";
        const source = `const { parentPort } = require('node:worker_threads');
          ${isBefore ? put + load : load + put}
          const script = ['-c', 'echo $ZED $OWN'];
          const first = String(spawnSync('sh', script).stdout);
          execFile('sh', script, (_error, stdout) => parentPort.postMessage([first, stdout]));`;
        new Worker(source, { eval: true }).on('message', report);
      },
      { args: [nameOf(module), when !== 'afterwards'], env: { OWN: 'own' } },
    ),
  );
  expect(seen[0]).toBe(seen[1]);
  expect(['own\n', '1 own\n']).toContain(seen[0]);
});

describe('process.env replaced', () => {
  /** Reports what children find of it, in a thread of its own or in the main one. */
  const replace = (_module, report, name, isInWorker, isBefore) => {
    const { Worker } = require('node:worker_threads');
    const load = `const { execFile, spawnSync } = require(${JSON.stringify(name)});`;
    const put = "process.env = { PATH: process.env.PATH, ONLY: 'this' };";
    const source = `${isBefore ? put + load : load + put}
      const script = ['-c', 'echo $ONLY $GIVEN'];
      const first = String(spawnSync('sh', script).stdout);
      execFile('sh', script, (_error, stdout) => tell([first, stdout]));`;
    const inWorker = `const tell = (value) => require('node:worker_threads').parentPort.postMessage(value); ${source}`;
    if (isInWorker) new Worker(inWorker, { eval: true }).on('message', report);
    else new Function('tell', 'require', source)(report, require);
  };

  test.each([
    ['in a worker, before the module is loaded', true, true],
    ['in a worker, afterwards', true, false],
    ['in the main thread, afterwards', false, false],
  ])("%s: heeded as by this Node's own", async (_name, isInWorker, isBefore) => {
    const [seen] = await onBoth((module) =>
      reportsOf(module, replace, { args: [nameOf(module), isInWorker, isBefore], env: { GIVEN: 'given' } }),
    );
    expect(seen[0]).toBe(seen[1]);
    expect(['this\n', 'given\n']).toContain(seen[0]);
  });
});

describe('process.env replaced, before the module is loaded, by what looks like it', () => {
  test.each(['a proxy', 'an object of its prototype', 'an object without one'])('%s', async (kind) => {
    const program = (_module, report, name, what) => {
      const own = process.env;
      const added = { OWN: 'other', NUL: 'a\0INJECTED=yes' };
      const { PATH } = own;
      if (what === 'a proxy') process.env = new Proxy(own, { get: (target, key) => added[key] ?? target[key] });
      else
        process.env = Object.assign(
          Object.create(what.includes('without') ? null : Object.getPrototypeOf(own)),
          { PATH },
          added,
        );
      const { execFile, spawnSync } = require(name);
      const script = ['-c', 'echo $OWN $INJECTED'];
      try {
        report(String(spawnSync('sh', script).stdout));
        execFile('sh', script, (_error, stdout) => report(stdout));
      } catch ({ code }) {
        report(code);
      }
    };
    await onBoth((module) => reportsOf(module, program, { args: [nameOf(module), kind], env: { OWN: 'own' } }));
  });
});
