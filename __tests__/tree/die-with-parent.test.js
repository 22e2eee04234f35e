'use strict';
// dieWithParent: however this program ends, the child and all it has started end.

const { closed, next } = require('../helpers/children.js');
const { compileProgram } = require('../helpers/compile.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, FORKLESS } = require('../helpers/modules.js');
const fs = require('node:fs');
const { programOf, statOf } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');
const { ALL, ALL_WAYS, Tree, isRoot, offspring } = require('./trees.js');

let folder;
let lease;
beforeAll(() => {
  folder = makeFolder();
  lease = compileProgram(folder, 'lease.rs');
});
afterAll(() => removeFolder(folder));

/** Nobody is left, be it a keeper: those whose argument names a program that is no more. @param {number} program */
async function expectNoKeeperOf(program) {
  const keepers = () =>
    fs.readdirSync('/proc').filter((pid) => {
      try {
        return (
          fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith('forkless-keeper\0') &&
          fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`\0${program}\0`)
        );
      } catch {
        return false;
      }
    });
  await until(() => keepers().length === 0);
  expect(keepers()).toEqual([]);
}

/**
 * A Node whose first child grows a tree with all ways to get away, of which the Node is one.
 * @param {string} end what it does then
 * @param {{ options?: string, flags?: string[], through?: string[], count?: number, start?: string }} [wish]
 */
async function startHost(end, { options = '{}', flags = [], through = [], count = 2 + ALL, start = 'spawn' } = {}) {
  const tree = new Tree();
  const source = `
    const childProcess = require(${JSON.stringify(FORKLESS)});
    const options = { dieWithParent: true, stdio: 'ignore', ...${options} };
    const child = childProcess.${start}('sh', ['-c', ${JSON.stringify(`${ALL_WAYS}\nexec sleep 600`)}], options);
    process.stdin.once('data', () => { ${end} });`;
  const words = [...through, process.execPath, ...flags, '-e', source];
  const host = builtin.spawn(words[0], words.slice(1), { env: tree.env(), stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = closed(host);
  await tree.settled(count);
  return { tree, host, ended };
}

describe('all end with the program, which', () => {
  test.each([
    ['is killed by SIGKILL', "process.kill(process.pid, 'SIGKILL')", {}],
    ['is killed by SIGTERM', "process.kill(process.pid, 'SIGTERM')", {}],
    ['aborts', 'process.abort()', {}],
    ['exits', 'process.exit(3)', {}],
    ['ends by an uncaught error', "throw new Error('x')", {}],
    ['has nothing more to do', 'process.stdin.destroy()', { options: '{ detached: true }', unref: true }],
    ['has detached the child', "process.kill(process.pid, 'SIGKILL')", { options: '{ detached: true }' }],
    ['takes killDescendants, too', "process.kill(process.pid, 'SIGKILL')", { options: "{ killDescendants: 'exit' }" }],
    ['is busy', "setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1); for (;;) {}", { kill: true }],
    ['is in killTree()', "child.killTree('SIGUSR2'); process.kill(process.pid, 'SIGKILL')", {}],
    ['has sent SIGSTOP to all', "child.killTree('SIGSTOP'); process.kill(process.pid, 'SIGKILL')", {}],
    ['has unreferenced the child', 'child.unref(); process.stdin.destroy()', {}],
  ])('%s', async (_name, end, { kill, unref, ...wish }) => {
    const { tree, host, ended } = await startHost(unref ? `child.unref(); ${end}` : end, wish);
    host.stdin.write('x');
    if (kill) host.kill('SIGKILL');
    await ended;
    expect(await tree.gone()).toEqual([]);
    await expectNoKeeperOf(host.pid);
  });

  test('is stopped, and killed', async () => {
    const { tree, host, ended } = await startHost('');
    host.kill('SIGSTOP');
    await until(() => statOf(host.pid)?.state === 'T');
    host.kill('SIGKILL');
    await ended;
    expect(await tree.gone()).toEqual([]);
  });

  test('runs a blocking call', async () => {
    const { tree, host, ended } = await startHost('', { start: 'spawnSync' });
    host.kill('SIGKILL');
    await ended;
    expect(await tree.gone()).toEqual([]);
  });

  (isRoot ? test : test.skip)('is the first of a pid namespace', async () => {
    const through = ['unshare', '-pf', '--kill-child', '--mount-proc'];
    // unshare is of the tree, too.
    const { tree, host, ended } = await startHost("process.kill(process.pid, 'SIGKILL'); process.exit()", {
      through,
      count: 3 + ALL,
    });
    host.stdin.write('x');
    await ended;
    expect(await tree.gone()).toEqual([]);
  });
});

test('all end though the child has ended before, and though nobody was there to hear of it', async () => {
  const tree = new Tree();
  const source = `require(${JSON.stringify(FORKLESS)}).spawn('sh', ['-c', ${JSON.stringify(ALL_WAYS)}],
    { dieWithParent: true, stdio: 'ignore' }); for (;;) {}`;
  const host = builtin.spawn(process.execPath, ['-e', source], { env: tree.env(), stdio: 'ignore' });
  const ended = closed(host);
  await tree.settled(1 + ALL);
  host.kill('SIGKILL');
  await ended;
  expect(await tree.gone()).toEqual([]);
});

test('many trees of one program end, with those who respawn', async () => {
  const tree = new Tree();
  const source = `const { spawn } = require(${JSON.stringify(FORKLESS)});
    for (let i = 0; i < 50; i++) spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'], { dieWithParent: true });
    for (let i = 0; i < 5; i++) spawn(${JSON.stringify(offspring())}, ['respawn', '200'], { dieWithParent: true });`;
  const host = builtin.spawn(process.execPath, ['-e', source], { env: tree.env(), stdio: 'ignore' });
  const ended = closed(host);
  await until(() => tree.alive().length >= 106);
  host.kill('SIGKILL');
  await ended;
  expect(await tree.gone()).toEqual([]);
  await expectNoKeeperOf(host.pid);
});

test('without it they live on, and so does the keeper until they end', async () => {
  const { tree, host, ended } = await startHost('process.exit()', {
    options: '{ dieWithParent: false, killDescendants: true }',
  });
  host.stdin.write('x');
  await ended;
  expect(tree.alive()).toHaveLength(1 + ALL);
  tree.kill();
  expect(await tree.gone()).toEqual([]);
  await expectNoKeeperOf(host.pid);
});

test('what was asked to end takes the rest along, though the program does not stay to see it', async () => {
  const { tree, host, ended } = await startHost('child.kill(); process.exit()', {
    options: '{ dieWithParent: false, killDescendants: true, forceKillAfterDelay: 600_000 }',
  });
  host.stdin.write('x');
  await ended;
  expect(await tree.gone()).toEqual([]);
  await expectNoKeeperOf(host.pid);
});

describe('a worker', () => {
  /** A program whose worker has a child, and ends as it is told. */
  async function startWithWorker(end) {
    const tree = new Tree();
    const inWorker = `const { spawn } = require(${JSON.stringify(FORKLESS)});
      spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'], { dieWithParent: true, stdio: 'ignore' });
      require('node:worker_threads').parentPort.on('message', () => process.exit());`;
    const source = `const { Worker } = require('node:worker_threads');
      const worker = new Worker(${JSON.stringify(inWorker)}, { eval: true });
      worker.on('exit', () => console.log('ended'));
      process.stdin.on('data', () => { ${end} });`;
    const host = builtin.spawn(process.execPath, ['-e', source], {
      env: tree.env(),
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const ended = closed(host);
    await tree.settled(3);
    return { tree, host, ended };
  }

  test.each([
    ['is terminated', 'worker.terminate()'],
    ['exits', 'worker.postMessage(0)'],
  ])('that %s has started it for the program', async (_name, end) => {
    const { tree, host, ended } = await startWithWorker(end);
    host.stdin.write('x');
    await next(host.stdout, 'data');
    expect(tree.alive()).toHaveLength(3);
    host.kill('SIGKILL');
    await ended;
    expect(await tree.gone()).toEqual([]);
  });

  test('is being terminated as the program is killed', async () => {
    const { tree, host, ended } = await startWithWorker("worker.terminate(); process.kill(process.pid, 'SIGKILL')");
    host.stdin.write('x');
    await ended;
    expect(await tree.gone()).toEqual([]);
  });
});

describe('while a child is between clone and exec', () => {
  /** Whoever runs the file has to wait until this is called, or for very long. */
  async function hold(file) {
    fs.copyFileSync(fs.realpathSync('/bin/sleep'), file);
    fs.chmodSync(file, 0o755);
    const holder = builtin.spawn(lease, [file], { stdio: ['pipe', 'pipe', 'inherit'] });
    const [said] = await next(holder.stdout.setEncoding('utf8'), 'data');
    return { holder, isHeld: said === 'held\n', asked: next(holder.stdout, 'data') };
  }

  test('the program is killed: the others end at once, and that child as soon as it runs', async () => {
    const file = `${folder}/held`;
    const { holder, isHeld, asked } = await hold(file);
    if (!isHeld) {
      console.warn('A child between clone and exec is not tried: there are no leases on files here.');
      holder.stdin.end();
      return;
    }
    const tree = new Tree();
    const inWorker = `require(${JSON.stringify(FORKLESS)}).spawn(${JSON.stringify(file)}, ['600'], { dieWithParent: true });`;
    const source = `const { spawn } = require(${JSON.stringify(FORKLESS)});
      spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'], { dieWithParent: true, stdio: 'ignore' });
      process.stdin.on('data', () => new (require('node:worker_threads').Worker)(${JSON.stringify(inWorker)}, { eval: true }));`;
    const host = builtin.spawn(process.execPath, ['-e', source], {
      env: tree.env(),
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await tree.settled(3);
    host.stdin.write('x');
    await asked;
    host.kill('SIGKILL');
    await closed(host);
    // The two that are on their way have copies of all that the program had open.
    const onTheirWay = () => tree.alive().filter((pid) => programOf(pid) === process.execPath);
    await until(() => tree.alive().length === onTheirWay().length);
    expect(onTheirWay()).toHaveLength(2);
    expect(tree.alive()).toEqual(onTheirWay());
    holder.stdin.end();
    await closed(holder);
    expect(await tree.gone()).toEqual([]);
  });
});

test('somebody who has a copy of the socket to a keeper does not keep the tree alive', async () => {
  const { host, ended, tree } = await startHost('');
  // An addon that forks is such a one.
  const source = `import ctypes, os, socket, sys
libc = ctypes.CDLL(None, use_errno=True)
pidfd = libc.syscall(434, ${host.pid}, 0)
copies = []
for fd in os.listdir('/proc/${host.pid}/fd'):
    copy = libc.syscall(438, pidfd, int(fd), 0)
    if copy >= 0 and os.readlink(f'/proc/self/fd/{copy}').startswith('socket:') and \
            socket.socket(fileno=os.dup(copy)).type == socket.SOCK_SEQPACKET:
        copies.append(copy)
    elif copy >= 0:
        os.close(copy)
print(len(copies), flush=True)
sys.stdin.read()`;
  const holder = builtin.spawn('python3', ['-c', source], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [copies] = await next(holder.stdout.setEncoding('utf8'), 'data');
  // pidfd_getfd(2) came with Linux 5.6, and sandboxes refuse it.
  if (copies.trim() !== '1')
    console.warn(`A copy of the socket to a keeper is not tried: ${copies.trim()} could be had.`);
  host.kill('SIGKILL');
  await ended;
  expect(await tree.gone()).toEqual([]);
  holder.stdin.end();
  await closed(holder);
});
