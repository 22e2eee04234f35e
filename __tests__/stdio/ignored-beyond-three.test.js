'use strict';
// 'ignore' beyond the standard fds: what this program has there to be inherited is handed on.

const fs = require('node:fs');
const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** Node closes lower ones for its children when it starts. */
const HIGH = 50;

/** What children have at that fd, which is '/dev/null' in their parent, and at the next one, which is nothing. */
const look = ({ spawn, spawnSync }, report, high) => {
  const stdio = ['ignore', 'pipe', 'inherit', ...Array(high - 1).fill('ignore')];
  const script = `for fd in ${high} ${high + 1}; do readlink /proc/$$/fd/$fd || echo none; done`;
  report(String(spawnSync('sh', ['-c', script], { stdio }).stdout));
  const { stdout } = spawn('sh', ['-c', script], { stdio });
  stdout.setEncoding('utf8').on('data', report);
};

test('an fd that others left open stays open, and one that there is not is none', async () => {
  const seen = await onBoth(async (module) => {
    const fd = fs.openSync('/dev/null', 'r');
    const stdio = ['ignore', 'pipe', 'pipe', ...Array(HIGH - 3).fill('ignore'), fd];
    const reports = await reportsOf(module, look, { args: [HIGH], stdio });
    fs.closeSync(fd);
    return reports.join('');
  });
  expect(seen).toBe('/dev/null\nnone\n'.repeat(2));
});
