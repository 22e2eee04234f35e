'use strict';
// Where no keeper can be had, the options throw before anything is started, and say why. A lack of the moment is an
// error of the start.

const fs = require('node:fs');
const path = require('node:path');
const { builtin, FORKLESS, forkless } = require('../helpers/modules.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { runProgram, reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');
const { Tree, isRoot } = require('./trees.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));
const through = launcherThatRefuses();

/** What comes of both options, by all functions. */
const tryAll = (childProcess, report) => {
  const { spawn, exec, execFile, spawnSync, execSync, execFileSync, fork, supports } = childProcess;
  const seen = {};
  for (const option of ['killDescendants', 'dieWithParent']) {
    const options = { [option]: true };
    const calls = {
      spawn: () => spawn('true', options),
      exec: () => exec('true', options),
      execFile: () => execFile('true', options),
      fork: () => fork('/none', options),
      spawnSync: () => spawnSync('true', options),
      execSync: () => execSync('true', options),
      execFileSync: () => execFileSync('true', options),
    };
    for (const [name, call] of Object.entries(calls)) {
      try {
        call();
        seen[`${name} ${option}`] = 'started';
      } catch ({ code, feature, reason }) {
        seen[`${name} ${option}`] = [code, feature, reason];
      }
    }
  }
  const children = require('node:fs').readFileSync('/proc/thread-self/children', { flag: 'r' }).length;
  report([
    seen,
    supports('killDescendants'),
    supports('dieWithParent'),
    children,
    `${spawnSync('echo', ['x']).stdout}`,
  ]);
};

/** @param {string} reason */
function expectRefused([seen, ...rest], reason) {
  for (const [name, outcome] of Object.entries(seen)) {
    expect([name, outcome]).toEqual([name, ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', name.split(' ')[1], reason]]);
  }
  expect(Object.keys(seen)).toHaveLength(14);
  expect(rest).toEqual([false, false, 0, 'x\n']);
}

/** Starts a tree of two by a keeper, and kills it. */
const endAll = ({ spawn, supports }, report) => {
  const child = spawn('sh', ['-c', 'setsid -f sleep 600; exec sleep 600'], { killDescendants: true, stdio: 'ignore' });
  const look = () => {
    if (child.descendants().length < 1) return setTimeout(look, 5);
    child.killTree('SIGKILL').then((left) => report([supports('killDescendants'), left]));
  };
  look();
};

function canFilter() {
  const [launcher, ...words] = through(['waitid:1']);
  return builtin.spawnSync(launcher, [...words, 'true']).status === 0;
}

describe('a filter refuses', () => {
  test.each([
    ['waitid', 'waitid:1', 'a system call that the keeper needs is refused'],
    ['kill', 'kill:1', 'a system call that the keeper needs is refused'],
    ['ppoll', 'ppoll:1', 'a system call that the keeper needs is refused'],
    ['signalfd', 'signalfd4:38', 'a system call that the keeper needs is refused'],
    ['prctl', 'prctl:1', 'prctl(2) with PR_SET_CHILD_SUBREAPER or PR_SET_PDEATHSIG is refused'],
  ])('%s', async (_name, refusal, reason) => {
    if (!canFilter()) return console.warn('Filters are not tried: seccomp(2) is refused here.');
    const [seen] = await reportsOf(forkless, tryAll, { through: through([refusal]) });
    expectRefused(seen, reason);
  });

  test.each([
    ['pidfd_open', 'pidfd_open:38'],
    ['execveat', 'execveat:38'],
    ['execveat, as not permitted', 'execveat:1'],
    ['memfd_create', 'memfd_create:38'],
    ['memfd_create, as not permitted', 'memfd_create:1'],
  ])('%s: the keeper does without', async (_name, refusal) => {
    if (!canFilter()) return;
    const tree = new Tree();
    const [seen] = await reportsOf(forkless, endAll, { through: through([refusal]), env: tree.env() });
    expect(seen).toEqual([true, []]);
    expect(await tree.gone()).toEqual([]);
  });
});

(isRoot ? describe : describe.skip)('in a namespace', () => {
  const inNamespace = (flags, before) => ({ through: ['unshare', ...flags, 'sh', '-c', `${before}; exec "$@"`, 'sh'] });

  /** The same without what needs /proc. */
  const tryOne = ({ spawn, spawnSync, supports }, report) => {
    try {
      spawn('true', { killDescendants: true });
    } catch ({ code, feature, reason }) {
      return report([code, feature, reason, supports('killDescendants'), spawnSync('true').status]);
    }
    report(['started']);
  };

  test('without /proc', async () => {
    const through = inNamespace(['-m'], 'umount -l /proc');
    expect(await reportsOf(forkless, tryOne, through)).toEqual([
      ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'killDescendants', '/proc is missing', false, 0],
    ]);
  });

  test('of pids with the /proc of another: no stranger is taken for a descendant', async () => {
    const reports = await reportsOf(
      forkless,
      ({ spawn, supports }, report) => {
        const child = spawn('cat');
        const seen = [supports('killDescendants'), child.descendants()];
        child.killTree('SIGKILL').then((left) => report([...seen, left]));
        try {
          spawn('true', { dieWithParent: true });
        } catch ({ reason }) {
          report(reason);
        }
      },
      { through: ['unshare', '-pf', '--kill-child'] },
    );
    expect(reports).toEqual(['/proc is of another pid namespace', [false, [], []]]);
  });

  test('where no file in memory may be run, one of a folder is', async () => {
    const tree = new Tree();
    const { through } = inNamespace(
      ['-pf', '--kill-child', '--mount-proc'],
      'echo 2 >/proc/sys/vm/memfd_noexec || exit 99',
    );
    const { code, reports } = await runProgram(forkless, endAll, { through, env: tree.env() });
    // Kernels before 6.3 have no such setting.
    if (code === 99) return;
    expect(reports).toEqual([[true, []]]);
    expect(await tree.gone()).toEqual([]);
  });

  test('where /dev/shm lets none be run, as in Docker, one of the folder for temporary files is', async () => {
    const tree = new Tree();
    const { through } = inNamespace(
      ['-mpf', '--kill-child', '--mount-proc'],
      'echo 2 >/proc/sys/vm/memfd_noexec || exit 99; mount -t tmpfs -o noexec none /dev/shm || exit 99',
    );
    const { code, reports } = await runProgram(forkless, endAll, { through, env: tree.env({ TMPDIR: folder }) });
    if (code === 99) return;
    expect(reports).toEqual([[true, []]]);
    expect(await tree.gone()).toEqual([]);
  });

  test('where no folder lets its files be run either, none is', async () => {
    const place = path.join(folder, 'noexec');
    fs.mkdirSync(place);
    const { through } = inNamespace(
      ['-mpf', '--kill-child', '--mount-proc'],
      `echo 2 >/proc/sys/vm/memfd_noexec || exit 99
       for place in /dev/shm '${place}'; do mount -t tmpfs -o noexec none "$place" || exit 99; done`,
    );
    const { code, reports } = await runProgram(forkless, tryOne, { through, env: { TMPDIR: place } });
    if (code === 99) return;
    const reason = 'memfd_create(2) is refused, and no folder takes a file without a name that can be run';
    expect(reports).toEqual([['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', 'killDescendants', reason, false, 0]]);
  });

  test.each([1, 2, 4])('with hidepid=%i all ends, of another user, too', async (hide) => {
    const tree = new Tree();
    const through = [
      ...inNamespace(['-m'], `mount -t proc -o hidepid=${hide} proc /proc || exit 99`).through,
      ...['setpriv', '--reuid', '12345', '--regid', '12345', '--clear-groups'],
    ];
    const { code, reports, stderr } = await runProgram(
      forkless,
      ({ spawn }, report) => {
        const script = '(setsid sleep 600 &); setsid -f sleep 600; exec sleep 600';
        const child = spawn('sh', ['-c', script], { killDescendants: true, stdio: 'ignore' });
        const look = () => {
          if (child.descendants().length === 2) child.killTree('SIGKILL').then(report);
          else setTimeout(look, 5);
        };
        look();
      },
      { through, env: tree.env() },
    );
    if (code === 99) return console.warn(`hidepid is not tried: ${stderr}`);
    expect(reports).toEqual([[]]);
    expect(await tree.gone()).toEqual([]);
  });
});

describe('a lack of the moment', () => {
  test('of fds is EMFILE, and over with them', async () => {
    const seen = await reportsOf(
      forkless,
      ({ spawn }, report) => {
        const fs = require('node:fs');
        // All that a start loads is loaded.
        spawn('true', { stdio: 'ignore', drainTimeout: 1 }).on('close', () => {
          const fds = [];
          try {
            for (;;) fds.push(fs.openSync('/dev/null'));
          } catch {
            // There is none left.
          }
          const child = spawn('true', { killDescendants: true, stdio: 'ignore' });
          child.on('error', ({ code }) => {
            for (const fd of fds) fs.closeSync(fd);
            report(code);
            spawn('true', { killDescendants: true, stdio: 'ignore' }).on('exit', (status) => report(status));
          });
          child.on('exit', (status) => report(['exited', status]));
        });
      },
      { through: ['prlimit', '--nofile=64:64', '--'] },
    );
    expect(seen).toEqual(['EMFILE', 0]);
  });

  (isRoot ? test : test.skip)(
    'of processes is EAGAIN, whichever of the two cannot be had, and nothing is left',
    async () => {
      const body = async ({ spawn, spawnSync }, report, room) => {
        const uid = 54321;
        const { execFileSync } = require('node:child_process');
        // The user of this program has so many processes and threads; there is room for so many more.
        const count = () => {
          const text = execFileSync('ps', ['-L', '-u', `${uid}`, '-o', 'lwp=']).toString();
          return text.trim().split('\n').length - 1;
        };
        spawnSync('true');
        process.setuid(uid);
        const used = count();
        execFileSync('prlimit', ['--pid', `${process.pid}`, `--nproc=${used + room}`]);
        const child = spawn('true', { killDescendants: true, stdio: 'ignore' });
        const outcome = await new Promise((resolve) => {
          child.on('error', ({ code, cause }) => resolve([code, cause === undefined]));
          child.on('exit', resolve);
        });
        report(outcome);
        report(require('node:fs').readFileSync('/proc/thread-self/children', 'utf8'));
      };
      for (const room of [0, 1]) {
        expect(await reportsOf(forkless, body, { args: [room] })).toEqual([['EAGAIN', true], '']);
      }
    },
  );
});

test('without native code both throw', async () => {
  const source = `const { spawn, supports } = require(${JSON.stringify(FORKLESS)});
    const codes = ['killDescendants', 'dieWithParent'].map((name) => {
      try { spawn('true', { [name]: true }); return 'started'; } catch ({ code, feature, reason }) { return [code, feature, reason.length > 0]; }
    });
    console.log(JSON.stringify([codes, supports('killDescendants'), supports('dieWithParent')]));`;
  const env = { ...process.env, FORKLESS_REQUIRE_NATIVE: '' };
  const { stdout } = builtin.spawnSync(process.execPath, ['--no-addons', '-e', source], {
    env,
    cwd: path.dirname(FORKLESS),
  });
  const refused = (name) => ['ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', name, true];
  expect(JSON.parse(`${stdout}`)).toEqual([[refused('killDescendants'), refused('dieWithParent')], false, false]);
});
