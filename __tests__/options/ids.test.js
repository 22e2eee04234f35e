'use strict';
// uid and gid: the child gets them, and nothing of the parent changes.

const { output } = require('../helpers/children.js');
const { thrownBy } = require('../helpers/errors.js');
const { describeEach, onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

const NOBODY = 65534;
const root = process.getuid() === 0;
const asRoot = root ? describeEach : (title, tests) => describe.skip(title, () => tests({}));

/** The lines of /proc/self/status about ids, of a fresh cat. */
async function idsOf(spawn, options) {
  const { code, stdout } = await output(spawn('cat', ['/proc/self/status'], options));
  expect(code).toBe(0);
  const line = (name) => stdout.match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'm'))[1].trim();
  return { uid: line('Uid'), gid: line('Gid'), groups: line('Groups'), capabilities: line('CapEff') };
}

const four = (id) => Array(4).fill(id).join('\t');

asRoot('as root', (module) => {
  const { spawn } = module;

  test('uid and gid: real, effective, saved and file system ids, no groups, no capabilities', async () => {
    const ids = await idsOf(spawn, { uid: NOBODY, gid: NOBODY });
    expect(ids).toEqual({ uid: four(NOBODY), gid: four(NOBODY), groups: '', capabilities: '0'.repeat(16) });
  });

  test('uid alone', async () => {
    const { uid, gid, groups } = await idsOf(spawn, { uid: NOBODY });
    expect({ uid, gid, groups }).toEqual({ uid: four(NOBODY), gid: four(process.getgid()), groups: '' });
  });

  test('gid alone', async () => {
    const { uid, gid, groups } = await idsOf(spawn, { gid: 12345 });
    expect({ uid, gid, groups }).toEqual({ uid: four(0), gid: four(12345), groups: '' });
  });

  test('0 is an id like others', async () => {
    const { uid, gid } = await idsOf(spawn, { uid: 0, gid: 0 });
    expect({ uid, gid }).toEqual({ uid: four(0), gid: four(0) });
  });

  test('a parent with groups does not hand them on', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report, nobody) => {
        process.setgroups([1, 2, 3]);
        const before = process.getgroups();
        const child = spawn('id', ['-G'], { uid: nobody, gid: nobody });
        child.stdout.setEncoding('utf8').on('data', (groups) => report([groups, before, process.getgroups()]));
      },
      { args: [NOBODY] },
    );
    expect(seen).toEqual([`${NOBODY}\n`, [1, 2, 3, 0], [1, 2, 3, 0]]);
  });

  test('nothing changes for any thread of the parent', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report, nobody) => {
        const fs = require('node:fs');
        const look = () => {
          const tasks = fs.readdirSync('/proc/self/task').map((id) => `/proc/self/task/${id}/status`);
          return tasks.map((task) =>
            fs
              .readFileSync(task, 'utf8')
              .match(/^(Uid|Gid|Groups|CapEff):.*$/gm)
              .join(),
          );
        };
        const before = new Set(look());
        spawn('true', { uid: nobody, gid: nobody }).on('close', (code) => {
          report({ code, changed: look().filter((ids) => !before.has(ids)) });
        });
      },
      { args: [NOBODY] },
    );
    expect(seen).toEqual({ code: 0, changed: [] });
  });

  // Without dumpability the files in /proc/self belong to root: prctl(2). So
  // this needs a parent that is not root, and yet may change its ids.
  const capabilities = '+setuid,+setgid';
  const user = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
  const through = ['setpriv', ...user, '--inh-caps', capabilities, '--ambient-caps', capabilities, '--'].map(String);

  test('the parent stays dumpable', async () => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report) => {
        const { statSync } = require('node:fs');
        report(statSync('/proc/self/environ').uid);
        const child = spawn('id', ['-u'], { uid: 12345, gid: 12345 });
        report(statSync('/proc/self/environ').uid);
        child.stdout.setEncoding('utf8').on('data', (id) => report(Number(id)));
        child.on('close', () => report(statSync('/proc/self/environ').uid));
      },
      { through },
    );
    expect(reports).toEqual([NOBODY, NOBODY, 12345, NOBODY]);
  });

  test('the parent is dumpable while it is blocked', async () => {
    const reports = await reportsOf(
      module,
      ({ spawnSync }, report, nobody) => {
        // Ends once it finds the parent so, or never.
        const look = `until [ "$(stat -c %u /proc/$PPID/environ)" = ${nobody} ]; do :; done`;
        report(spawnSync('sh', ['-c', look], { uid: 12345, gid: 12345, timeout: 10_000 }).status);
      },
      { through, args: [NOBODY] },
    );
    expect(reports).toEqual([0]);
  });

  test('an id that is not allowed leaves the parent dumpable too', async () => {
    const [owner] = await reportsOf(
      module,
      ({ spawn }, report) => {
        try {
          spawn('true', { uid: 0 });
        } catch (error) {
          report([error.code, require('node:fs').statSync('/proc/self/environ').uid]);
        }
      },
      { uid: NOBODY, gid: NOBODY },
    );
    expect(owner).toEqual(['EPERM', NOBODY]);
  });
});

describe('not as root', () => {
  const drop = { uid: root ? NOBODY : undefined, gid: root ? NOBODY : undefined };

  test.each([
    ['uid', { uid: 0 }],
    ['gid', { gid: 0 }],
    ['both', { uid: 0, gid: 0 }],
  ])('%s of somebody else: EPERM is thrown, and no child is left', async (_name, options) => {
    const reports = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report, options) => {
          try {
            spawn('true', options);
          } catch (error) {
            report({ message: error.message, ...error });
          }
          const { readdirSync, readFileSync } = require('node:fs');
          const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
          const isOurs = (pid) => {
            try {
              return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')[1]) === process.pid;
            } catch {
              return false;
            }
          };
          report(processes.filter(isOurs));
        },
        { args: [options], ...drop },
      ),
    );
    expect(reports).toEqual([{ message: 'spawn EPERM', errno: -1, code: 'EPERM', syscall: 'spawn' }, []]);
  });

  test('our own ids are allowed', async () => {
    const reports = await onBoth((module) =>
      reportsOf(
        module,
        ({ spawn }, report) => {
          const child = spawn('id', ['-u'], { uid: process.getuid(), gid: process.getgid() });
          child.on('close', (code) => report(code));
          child.stdout.setEncoding('utf8').on('data', report);
        },
        drop,
      ),
    );
    expect(reports).toEqual([`${root ? NOBODY : process.getuid()}\n`, 0]);
  });
});

test.each([
  ['uid', { uid: 'root' }],
  ['gid', { gid: 'root' }],
  ['uid', { uid: 1.5 }],
  ['gid', { gid: 2 ** 31 }],
])('a bad %s: %o', async (_name, options) => {
  const thrown = await onBoth(({ spawn }) => thrownBy(() => spawn('true', options)));
  expect(thrown.properties.code).toMatch(/^ERR_(INVALID_ARG_TYPE|OUT_OF_RANGE)$/);
});
