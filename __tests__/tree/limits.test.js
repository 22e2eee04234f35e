'use strict';
// What ends a child ends all that it has started: by whatever signal, from whichever thread, and with the time that was
// set for it.

const { closeSync, openSync, readFileSync } = require('node:fs');
const path = require('node:path');
const { closed } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');
const { ROOT } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');
const { Tree, ownKeepers } = require('./trees.js');

afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

const through = launcherThatRefuses();

/** A descendant that does not end by itself, whatever it is sent but SIGKILL; then the child says so. */
const DEAF = `(trap '' ABRT TERM; setsid sh -c 'echo ready; exec sleep 600') & exec sleep 600`;

describe("a signal that is not one of the usual ends the rest, too, where it is a limit's", () => {
  const signal = { killSignal: 'SIGABRT' };

  /** @param {any} options @param {(child: any) => void} [act] when the descendant is there */
  async function endedBy(options, act) {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', DEAF], { killDescendants: true, env: tree.env(), ...options });
    child.on('error', () => {});
    const end = closed(child);
    child.stdout.once('data', () => act?.(child));
    expect((await end).signal).toBe('SIGABRT');
    expect(await tree.gone()).toEqual([]);
  }

  test('a timeout', () => endedBy({ ...signal, timeout: 150 }));

  test('a timeout with forceKillAfterDelay', () => endedBy({ ...signal, timeout: 150, forceKillAfterDelay: 300 }));

  test('an AbortSignal', async () => {
    const controller = new AbortController();
    await endedBy({ ...signal, signal: controller.signal }, () => controller.abort());
  });

  test('stop()', () => endedBy({}, (child) => child.stop({ grace: 300, signal: 'SIGABRT' })));

  test('maxBuffer of exec()', async () => {
    const tree = new Tree();
    const options = { killDescendants: true, env: tree.env(), maxBuffer: 1, ...signal };
    const child = forkless.exec(DEAF, options, () => {});
    // The descendant holds the pipes until it is gone.
    expect((await closed(child)).signal).toBe('SIGABRT');
    expect(await tree.gone()).toEqual([]);
  });

  test('the timeout and maxBuffer of spawnSync()', () => {
    for (const limit of [{ timeout: 300 }, { maxBuffer: 1 }]) {
      const tree = new Tree();
      const options = { killDescendants: true, env: tree.env(), ...signal, ...limit };
      expect(forkless.spawnSync('sh', ['-c', DEAF], options).signal).toBe('SIGABRT');
      expect(tree.alive()).toEqual([]);
    }
  });

  test("not so a signal of the program's own", async () => {
    const tree = new Tree();
    const child = forkless.spawn('sh', ['-c', DEAF], { killDescendants: true, env: tree.env() });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGABRT');
    await new Promise((resolve) => child.once('exit', resolve));
    await tree.grown(1);
    await child.killTree('SIGKILL');
  });
});

describe('forceKillAfterDelay is the time of the whole tree', () => {
  const CLEANER = `sh -c 'trap "sleep 0.1; echo cleaned; exit" TERM; echo ready; while :; do sleep 0.02; done' & exec sleep 600`;
  // The trap is set by then, on a busy machine, too.
  const options = { timeout: 2_000, forceKillAfterDelay: 20_000, killDescendants: true };

  test('of spawn()', async () => {
    const child = forkless.spawn('sh', ['-c', CLEANER], options);
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    expect((await closed(child)).signal).toBe('SIGTERM');
    expect(text).toBe('ready\ncleaned\n');
  });

  test('of spawnSync()', () => {
    const folder = makeFolder();
    const file = path.join(folder, 'out');
    const fd = openSync(file, 'w');
    // The limit ends the pipes of the run, so the word goes elsewhere.
    const script = CLEANER.replace('echo cleaned', 'echo cleaned >&3');
    const stdio = ['ignore', 'ignore', 'ignore', fd];
    expect(forkless.spawnSync('sh', ['-c', script], { ...options, stdio }).signal).toBe('SIGTERM');
    expect(readFileSync(file, 'utf8')).toBe('cleaned\n');
    closeSync(fd);
    removeFolder(folder);
  });

  test('after which it is killed, by the blocking three, too', () => {
    const tree = new Tree();
    const short = { ...options, forceKillAfterDelay: 100, env: tree.env(), stdio: 'ignore' };
    const result = forkless.spawnSync('sh', ['-c', `(trap '' TERM; setsid sleep 600) & exec sleep 600`], short);
    expect(result.signal).toBe('SIGTERM');
    expect(tree.alive()).toEqual([]);
  });
});

test('a worker that ends before it hears of the end that it has asked for', async () => {
  const tree = new Tree();
  const reports = await reportsOf(
    forkless,
    (_module, report, place, deaf) => {
      const { readFileSync, readdirSync } = require('node:fs');
      const { Worker } = require('node:worker_threads');
      const source = `
        const child = require(${JSON.stringify(place)}).spawn('sh', ['-c', ${JSON.stringify(deaf)}], { killDescendants: true });
        child.stdout.once('data', () => { child.kill(); process.exit(); });`;
      const isLeft = (pid) => {
        try {
          const isIt = readFileSync(`/proc/${pid}/environ`, 'latin1').includes(process.env.FORKLESS_TEST_TREE);
          return isIt && readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith('sleep');
        } catch {
          return false;
        }
      };
      // As long as this program goes on there is somebody to see to it.
      const look = () => (readdirSync('/proc').some(isLeft) ? setTimeout(look, 10) : report('gone'));
      new Worker(source, { eval: true }).on('exit', look);
    },
    { args: [path.join(ROOT, 'index.js'), DEAF], env: tree.env() },
  );
  expect(reports).toEqual(['gone']);
});

describe('without pidfds', () => {
  const cleaned = ({ spawn }, report) => {
    const script = `setsid sh -c 'trap "echo cleaned; exit" TERM; echo ready; while :; do sleep 0.02; done' & exec sleep 600`;
    const child = spawn('sh', ['-c', script], { killDescendants: true, forceKillAfterDelay: 20_000 });
    let text = '';
    child.stdout.on('data', (data) => {
      if (text === '') child.kill();
      text += data;
    });
    child.on('close', () => report(text));
  };

  test.each([['pidfd_open:38'], ['pidfd_send_signal:1'], ['pidfd_send_signal:38']])(
    'descendants get their signal, with %s',
    async (refusal) => {
      expect(await reportsOf(forkless, cleaned, { through: through([refusal]) })).toEqual(['ready\ncleaned\n']);
    },
  );
});

test('killTree() without a keeper looks again before SIGKILL, and does not lose who came meanwhile', async () => {
  const tree = new Tree();
  const script = `sleep 600 >/dev/null & trap '' TERM; echo ready; wait; sleep 601 >/dev/null & wait`;
  const options = { forceKillAfterDelay: 250, stdio: ['ignore', 'pipe', 'ignore'], env: tree.env() };
  const child = forkless.spawn('sh', ['-c', script], options);
  const end = closed(child);
  await new Promise((resolve) => child.stdout.once('data', resolve));
  expect(await child.killTree()).toEqual([]);
  expect(tree.alive()).toEqual([]);
  await end;
});
