'use strict';
// Programs that close fds 0 or 1 while children run: what forkless opens after that takes no such number.

const fs = require('node:fs');
const { constants } = require('node:os');
const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { FORKLESS, describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));
const through = launcherThatRefuses();

describeEach('fd 0 closed', (module) => {
  test('a child sends 60,000 messages: no timer takes it', async () => {
    const sender = path.join(folder, 'sender.js');
    fs.writeFileSync(
      sender,
      `let sent = 0;
       (function go() {
         for (let index = 0; index < 1999; index++) process.send({ sent: sent++ });
         process.send({ sent: sent++ }, sent < 60_000 ? undefined : () => process.disconnect());
         if (sent < 60_000) setImmediate(go);
       })();`,
    );
    const [seen] = await reportsOf(
      module,
      ({ fork }, report, sender) => {
        const fs = require('node:fs');
        const child = fork(sender, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
        fs.closeSync(0);
        const targets = new Set();
        const look = () => {
          try {
            targets.add(fs.readlinkSync('/proc/self/fd/0'));
          } catch ({ code }) {
            targets.add(code);
          }
        };
        let messages = 0;
        child.on('message', () => {
          if (messages++ % 100 === 0) look();
        });
        child.on('close', (code) => {
          look();
          report({ code, messages, targets: [...targets] });
        });
      },
      { args: [sender] },
    );
    expect(seen).toEqual({ code: 0, messages: 60_000, targets: ['ENOENT'] });
  });
});

// The event loops of the built-in take such numbers, and an assertion ends the process: no matter of comparison.
describe('event loops that come and go (forkless)', () => {
  test('fd 0 closed, a worker with a running child is terminated: it stays closed, and children have /dev/null there', async () => {
    const [seen] = await reportsOf(
      forkless,
      ({ spawnSync }, report, name) => {
        const fs = require('node:fs');
        const { Worker } = require('node:worker_threads');
        const source = `const { spawn } = require(${JSON.stringify(name)});
          const { pid } = spawn('sleep', ['1000'], { stdio: 'ignore' });
          require('node:worker_threads').parentPort.postMessage(pid);
          setInterval(() => {}, 1000);`;
        const here = () => {
          try {
            return fs.readlinkSync('/proc/self/fd/0');
          } catch ({ code }) {
            return code;
          }
        };
        const worker = new Worker(source, { eval: true });
        worker.on('message', async (pid) => {
          fs.closeSync(0);
          await worker.terminate();
          const seen = [here()];
          await new Promise(setImmediate);
          seen.push(here());
          process.kill(pid, 'SIGKILL');
          const { stdout } = spawnSync('readlink', ['/proc/self/fd/0'], { stdio: ['inherit', 'pipe', 'inherit'] });
          report({ seen, ofChild: String(stdout).trim() });
        });
      },
      { args: [FORKLESS] },
    );
    expect(seen).toEqual({ seen: ['ENOENT', 'ENOENT'], ofChild: '/dev/null' });
  });

  test.each([
    ['refused', [`pidfd_open:${constants.errno.ENOSYS}`]],
    ['there', []],
  ])(
    'fds 0 and 1 closed, spawnSync, pidfd_open %s: the child finds them closed in its parent',
    async (_name, calls) => {
      const notes = path.join(folder, 'notes');
      const look = ({ spawnSync }, _report, notes) => {
        const fs = require('node:fs');
        fs.closeSync(0);
        fs.closeSync(1);
        const script = 'for fd in 0 1; do readlink /proc/$PPID/fd/$fd || echo closed; done; exit 3';
        const { status, stdout } = spawnSync('sh', ['-c', script]);
        fs.writeFileSync(notes, JSON.stringify({ status, seen: String(stdout).trim().split('\n') }));
      };
      await reportsOf(forkless, look, { args: [notes], through: through(calls) });
      const { status, seen } = JSON.parse(fs.readFileSync(notes, 'utf8'));
      expect(status).toBe(3);
      expect(seen).toEqual(['closed', 'closed']);
    },
  );
});
