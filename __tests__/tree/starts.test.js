'use strict';
// A start through a keeper keeps every rule of a start: the built-in, and forkless with a keeper for each child.

const fs = require('node:fs');
const net = require('node:net');
const path = require('node:path');
const { closed, next, output, record } = require('../helpers/children.js');
const { describeError, thrownBy } = require('../helpers/errors.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { openFds, statOf } = require('../helpers/proc.js');
const { until } = require('../helpers/until.js');
const { isRoot, ownKeepers } = require('./trees.js');

/** All that a keeper can do. */
const KEPT = { killDescendants: 'exit', dieWithParent: true };

/** forkless whose every child has a keeper. */
const kept = {
  spawn: (file, args, options) => forkless.spawn(file, args, { ...options, ...KEPT }),
  fork: (file, args, options) => forkless.fork(file, args, { ...options, ...KEPT }),
  spawnSync: (file, args, options) => forkless.spawnSync(file, args, { ...options, ...KEPT }),
  exec: (command, options, callback) => forkless.exec(command, { ...options, ...KEPT }, callback),
  execFile: (file, args, options, callback) => forkless.execFile(file, args, { ...options, ...KEPT }, callback),
};

/** @param {(module: any) => any} scenario */
async function onBoth(scenario) {
  const expected = await scenario(builtin);
  const actual = await scenario(kept);
  expect(actual).toEqual(expected);
  return actual;
}

let folder;
beforeAll(() => {
  folder = makeFolder();
  writeScript(`${folder}/bare`, 'echo bare "$@"');
  writeScript(`${folder}/lost`, '#!/none/such\n');
  writeScript(`${folder}/bin/tool`, '#!/bin/sh\necho tool "$0"\n');
  writeScript(`${folder}/refused`, 'x', 0o644);
});
afterAll(() => removeFolder(folder));
afterEach(async () => {
  expect(await until(() => ownKeepers().length === 0)).toBe(true);
});

describe('how it ends', () => {
  test.each([0, 1, 127, 255])('with status %i', async (code) => {
    expect(await onBoth(({ spawn }) => closed(spawn('sh', ['-c', `exit ${code}`], {})))).toEqual({
      code,
      signal: null,
    });
  });

  test.each(['HUP', 'INT', 'KILL', 'SEGV', 'TERM', 'USR1', '40', '64'])('by signal %s', async (signal) => {
    await onBoth(({ spawn }) => closed(spawn('sh', ['-c', `kill -${signal} $$`], { stdio: 'ignore' })));
  });

  test('in the blocking call', async () => {
    for (const script of ['exit 3', 'kill -9 $$', 'echo x; echo y >&2']) {
      await onBoth(({ spawnSync }) => {
        const { pid, ...result } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
        return [pid > 0, result];
      });
    }
  });

  test('events come in the order of the built-in', async () => {
    await onBoth(async ({ spawn }) => {
      const log = [];
      const child = spawn('sh', ['-c', 'echo words'], {});
      record(child, 'child', log);
      record(child.stdout, 'stdout', log);
      await next(child, 'close');
      return log
        .filter(([label, event]) => label === 'child' || ['data', 'end'].includes(event))
        .map(([, event]) => event);
    });
  });
});

describe('a failed start', () => {
  const cases = {
    'nothing there': ['/none/such', [], {}],
    'nothing in PATH': ['none-such', [], {}],
    'a file that is no program': () => [`${folder}/refused`, [], {}],
    'a folder': () => [folder, [], {}],
    'no interpreter': () => [`${folder}/lost`, [], {}],
    'no cwd': ['true', [], { cwd: '/none/such' }],
    'a cwd that is a file': ['true', [], { cwd: '/etc/passwd' }],
    'an fd that is not open': ['true', [], { stdio: ['ignore', 9999] }],
    'an argument that is too long': ['true', ['x'.repeat(200_000)], {}],
    ...(!isRoot && { "another's uid": ['true', [], { uid: 0 }] }),
  };

  test.each(Object.keys(cases))('%s: the same error, and nothing is left', async (name) => {
    const words = typeof cases[name] === 'function' ? cases[name]() : cases[name];
    const before = openFds().length;
    await onBoth(async ({ spawn, spawnSync }) => {
      let child;
      const thrown = thrownBy(() => {
        child = spawn(...words);
      });
      const end = child && (await closed(child));
      const { error, ...result } = spawnSync(...words);
      // What failed is told by the cause, on forkless alone.
      const plain = (/** @type {any} */ it) => it && { ...describeError(it), cause: undefined };
      return [
        thrown && { ...thrown, cause: undefined },
        end && { ...end, error: plain(end.error) },
        plain(error),
        result.pid,
      ];
    });
    // What an earlier test has closed may go only now.
    expect(await until(() => openFds().length <= before)).toBe(true);
    expect(ownKeepers()).toEqual([]);
  });

  test('its cause is that of a start without a keeper', async () => {
    for (const words of [cases['no cwd'], [`${folder}/lost`, [], {}], [folder, [], {}]]) {
      const causeOf = async (module) => describeError((await closed(module.spawn(...words))).error.cause);
      expect(await causeOf(kept)).toEqual(await causeOf(forkless));
    }
  });

  test('a thousand of them leave nothing', async () => {
    const before = openFds().length;
    for (let count = 0; count < 1000; count++) expect(kept.spawnSync('/none/such').error.code).toBe('ENOENT');
    expect(openFds().length).toBe(before);
  });
});

describe('what the child gets', () => {
  test.each([
    ['arguments and environment', 'sh', ['-c', 'printf "%s|" "$0" "$@" "$A"', '', 'a b', '*'], { env: { A: 'x=y' } }],
    ['argv0', 'sh', ['-c', 'echo "$0"; tr "\\0" " " </proc/$$/cmdline'], { argv0: 'another' }],
    ['a cwd', 'pwd', [], { cwd: '/' }],
    ['the program in its PATH', 'tool', [], () => ({ env: { PATH: `/none:${folder}/bin` } })],
    ['a shell', 'echo $((1 + 2)); echo "$0"', [], { shell: true }],
    ['another shell', 'echo $BASH_VERSION', [], { shell: '/bin/bash' }],
    ['signals at their defaults', 'grep', ['-E', '^Sig(Blk|Ign|Pnd)', '/proc/self/status'], {}],
    ['a umask and limits', 'sh', ['-c', 'umask; ulimit -a'], {}],
    ...(isRoot ? [['ids', 'sh', ['-c', 'id -u; id -g; id -G'], { uid: 1234, gid: 2345 }]] : []),
    [
      'all its fds',
      'sh',
      ['-c', 'echo 1; echo 2 >&2; echo 3 >&3; echo 5 >&5'],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe', null, 'pipe'] },
    ],
    ['no fd that it was not promised', 'ls', ['/proc/self/fd'], { stdio: ['ignore', 'pipe', 'ignore'] }],
  ])('%s', async (_name, file, args, options) => {
    const settings = typeof options === 'function' ? options() : options;
    const { stdout } = await onBoth(({ spawn }) => output(spawn(file, args, settings)));
    expect(stdout).not.toBe('');
  });

  test('a file without a first line', async () => {
    await onBoth(({ spawnSync }) => `${spawnSync(`${folder}/bare`, ['x']).stdout}`);
  });

  test('detached: a session of its own, which outlives nobody', async () => {
    await onBoth(async ({ spawn }) => {
      const child = spawn('cat', [], { detached: true });
      const { group, session } = statOf(child.pid);
      const own = [group === child.pid, session === child.pid];
      process.kill(-child.pid, 'SIGTERM');
      return [own, await closed(child)];
    });
  });

  test('files and streams of ours', async () => {
    await onBoth(async ({ spawn }) => {
      const file = path.join(folder, 'written');
      const fd = fs.openSync(file, 'w');
      const child = spawn('sh', ['-c', 'echo to a file; echo to another >&3'], {
        stdio: ['ignore', fd, 'inherit', fd],
      });
      fs.closeSync(fd);
      await closed(child);
      return fs.readFileSync(file, 'utf8');
    });
  });

  test('a pipe between two of them', async () => {
    await onBoth(async ({ spawn }) => {
      const first = spawn('sh', ['-c', 'echo words'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const second = spawn('tr', ['a-z', 'A-Z'], { stdio: [first.stdout, 'pipe', 'inherit'] });
      const ends = [closed(first), output(second)];
      first.stdout.destroy();
      return Promise.all(ends);
    });
  });
});

describe('functions', () => {
  test('exec and execFile', async () => {
    const run = (start) =>
      new Promise((resolve) => start((error, ...out) => resolve([error?.code, error?.message, error?.killed, ...out])));
    await onBoth(({ exec }) => run((done) => exec('echo x; echo y >&2; exit 4', {}, done)));
    await onBoth(({ execFile }) => run((done) => execFile('sh', ['-c', 'echo x'], { encoding: 'buffer' }, done)));
    await onBoth(({ execFile }) => run((done) => execFile('yes', [], { maxBuffer: 100 }, done)));
  });

  test.each(['json', 'advanced'])('fork with messages (%s), and a socket handed over', async (serialization) => {
    const file = path.join(folder, 'child.js');
    fs.writeFileSync(
      file,
      `process.on('message', (message, socket) => {
        if (socket) socket.end('from the child');
        else process.send(message);
        if (message === 'last') process.disconnect();
      });`,
    );
    await onBoth(async ({ fork }) => {
      const child = fork(file, [], { serialization });
      const end = closed(child);
      const messages = [];
      child.on('message', (message) => messages.push(message));
      const server = net.createServer({ pauseOnConnect: true }, (socket) => child.send('a socket', socket));
      await new Promise((resolve) => server.listen(0, resolve));
      const client = net.connect(server.address().port);
      let said = '';
      client.on('data', (data) => {
        said += data;
      });
      await next(client, 'close');
      server.close();
      for (const message of ['one', { two: [2] }, 'last']) child.send(message);
      await next(child, 'disconnect');
      return [said, messages, await end];
    });
  });

  test('kill, unref and ref, and what kill() says', async () => {
    await onBoth(async ({ spawn }) => {
      const child = spawn('cat', [], {});
      const said = [child.kill(0), child.killed, child._handle.hasRef()];
      child.unref();
      child.ref();
      said.push(child.kill('SIGTERM'), child.killed);
      const end = await closed(child);
      return [said, end, child.kill(0), child.exitCode, child.signalCode];
    });
  });

  test('resources that were used are its own', async () => {
    const busy = 'while (process.cpuUsage().user < 100_000);';
    const { resourceUsage } = kept.spawnSync(process.execPath, ['-e', busy]);
    expect(resourceUsage.userCPUTime).toBeGreaterThan(50_000);
    const child = kept.spawn(process.execPath, ['-e', busy]);
    expect((await closed(child)).code).toBe(0);
    expect(child.resourceUsage().userCPUTime).toBeGreaterThan(50_000);
    expect(kept.spawnSync('true').resourceUsage.userCPUTime).toBeLessThan(200_000);
  });
});
