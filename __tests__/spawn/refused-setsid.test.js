'use strict';
// Sandboxes that refuse setsid: a detached child starts all the same, in its parent's session.
// By a seccomp filter on a whole program, see ../../sandboxes/refuse.rs.

const { constants } = require('node:os');
const path = require('node:path');
const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');

const through = launcherThatRefuses();

test.each([
  ['refused', [`setsid:${constants.errno.EPERM}`]],
  ['there', []],
])('setsid %s: detached starts work as those of the built-in', async (how, calls) => {
  const [seen] = await onBoth((module) =>
    reportsOf(
      module,
      async ({ spawn, spawnSync }, report, statOf) => {
        const { once } = require('node:events');
        // The fields behind the name: state, parent, process group, session.
        const script = 'set -- $(sed "s/.*) //" /proc/$$/stat); echo $$ $3 $4; exit 3';
        const { session: own } = require(statOf).statOf(process.pid);
        const place = (stdout) => {
          const [pid, group, session] = String(stdout).split(' ').map(Number);
          const name = (id) => (id === pid ? 'its own' : id === own ? "its parent's" : 'another');
          return { group: group === pid ? 'its own' : 'inherited', session: name(session) };
        };
        const child = spawn('sh', ['-c', script], { detached: true });
        let text = '';
        child.stdout.on('data', (chunk) => {
          text += chunk;
        });
        const failure = once(child, 'error').then(([{ code }]) => [code]);
        const end = await Promise.race([once(child, 'close').catch(({ code }) => [code]), failure]);
        const { status, stdout, error } = spawnSync('sh', ['-c', script], { detached: true });
        report([
          [...end, place(text)],
          [error?.code ?? status, place(stdout)],
        ]);
      },
      { args: [path.join(__dirname, '..', 'helpers', 'proc.js')], through: through(calls) },
    ),
  );
  const place =
    how === 'refused' ? { group: 'inherited', session: "its parent's" } : { group: 'its own', session: 'its own' };
  expect(seen).toEqual([
    [3, null, place],
    [3, place],
  ]);
});
