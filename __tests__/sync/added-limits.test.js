'use strict';
// forceKillAfterDelay, drainTimeout and resourceUsage of the blocking three.

const { constants } = require('node:os');
const path = require('node:path');
const { inspect } = require('node:util');
const { builtin, forkless } = require('../helpers/modules.js');
const { onceReady } = require('../helpers/once-ready.js');
const { reportsOf } = require('../helpers/program.js');
const { launcherThatRefuses } = require('../helpers/refuse.js');
const { strangersInFolder } = require('../helpers/strangers.js');

const { EINVAL, ENOSYS } = constants.errno;
const { execFileSync, execSync, spawnSync } = forkless;

const { folder, strangers } = strangersInFolder();
const through = launcherThatRefuses();

const sh = (script, options) => spawnSync('sh', ['-c', script], { encoding: 'utf8', ...options });

function thrown(call) {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const DEAF = "trap '' TERM PIPE";
/** Whether a child was as far as to write. */
const hasWritten = ({ stdout }) => stdout.length > 0;
/** As much as the pipe takes at once, where nobody reads; stderr tells how much. */
const FILL = 'LC_ALL=C dd if=/dev/zero bs=4096 count=4096 oflag=nonblock';
const filled = (stderr) => Number(/^(\d+) bytes/m.exec(stderr)[1]);

describe('forceKillAfterDelay', () => {
  test('a timeout that the child does not heed', async () => {
    const script = `${DEAF}; echo out; exec sleep 600`;
    const result = await onceReady((timeout) => sh(script, { timeout, forceKillAfterDelay: 50 }), hasWritten);
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL', stdout: 'out\n', error: { code: 'ETIMEDOUT' } });
  });

  test.each([0, 10])('of %i ms, and maxBuffer', (forceKillAfterDelay) => {
    const script = `${DEAF}; echo 1234567890; exec sleep 600`;
    const result = sh(script, { maxBuffer: 5, forceKillAfterDelay });
    expect(result).toMatchObject({ status: null, signal: 'SIGKILL', error: { code: 'ENOBUFS' } });
  });

  test('a child that is stopped', async () => {
    // One that is not stopped yet ends by SIGTERM.
    const result = await onceReady(
      (timeout) => sh('kill -STOP $$', { timeout, forceKillAfterDelay: 50 }),
      ({ signal }) => signal !== 'SIGTERM',
    );
    expect(result).toMatchObject({ signal: 'SIGKILL', error: { code: 'ETIMEDOUT' } });
  });

  test('a child that heeds it is not forced', async () => {
    const options = { forceKillAfterDelay: 1e12, killSignal: 'SIGINT' };
    const script = "trap 'exit 3' INT; echo ready; while :; do sleep 0.01; done";
    const result = await onceReady((timeout) => sh(script, { ...options, timeout }), hasWritten);
    expect(result).toMatchObject({ status: 3, signal: null, error: { code: 'ETIMEDOUT' } });
    expect(sh('exec sleep 600', { ...options, timeout: 500 })).toMatchObject({ status: null, signal: 'SIGINT' });
  });

  test('one that ends before', () => {
    expect(sh('exit 4', { timeout: 60_000, forceKillAfterDelay: 0 })).toMatchObject({ status: 4, signal: null });
  });

  test('execSync and execFileSync throw what they throw anyway', async () => {
    const script = 'echo out; exec sleep 600';
    for (const call of [
      ({ execSync }, options) => execSync(script, options),
      ({ execFileSync }, options) => execFileSync('sh', ['-c', script], options),
    ]) {
      const outcome = (module, options) =>
        onceReady((timeout) => thrown(() => call(module, { timeout, stdio: 'pipe', ...options })), hasWritten);
      const expected = await outcome(builtin);
      const error = await outcome(forkless, { forceKillAfterDelay: 50 });
      const { pid: _pid, error: _itself, ...properties } = error;
      expect(properties).toEqual((({ pid, error, ...others }) => others)(expected));
      expect(error.message).toBe(expected.message);
    }
  });

  test('without a pidfd', async () => {
    const body = ({ spawnSync }, report, script, timeout) => {
      const options = { timeout, forceKillAfterDelay: 50, encoding: 'utf8' };
      const { signal, error, stdout } = spawnSync('sh', ['-c', script], options);
      report({ signal, code: error.code, stdout });
    };
    const run = async (timeout) => {
      const args = [`${DEAF}; echo out; exec sleep 600`, timeout];
      const [seen] = await reportsOf(forkless, body, { args, through: through([`pidfd_open:${ENOSYS}`]) });
      return seen;
    };
    const seen = await onceReady(run, hasWritten);
    expect(seen).toEqual({ signal: 'SIGKILL', code: 'ETIMEDOUT', stdout: 'out\n' });
  });
});

describe.each([0, 50])('drainTimeout of %i ms', (drainTimeout) => {
  test('it returns while a stranger lives, with all that the child has written', () => {
    const result = sh(`${strangers.leave()} head -c 700000 /dev/zero; echo last; echo err >&2; exit 5`, {
      drainTimeout,
    });
    expect(strangers.alive).toBe(1);
    expect(result).toMatchObject({ status: 5, signal: null, stderr: 'err\n' });
    expect(result).not.toHaveProperty('error');
    expect([result.stdout.length, result.stdout.slice(-5)]).toEqual([700_005, 'last\n']);
  });

  test('execSync and execFileSync', () => {
    const script = `${strangers.leave()} echo out`;
    expect(execSync(script, { drainTimeout, encoding: 'utf8' })).toBe('out\n');
    expect(execFileSync('sh', ['-c', script], { drainTimeout, encoding: 'utf8' })).toBe('out\n');
    expect(strangers.alive).toBe(2);
  });

  test('as much as the pipe takes', () => {
    const { stdout, stderr } = sh(`${strangers.leave()} ${FILL}`, {
      drainTimeout,
      maxBuffer: Number.POSITIVE_INFINITY,
    });
    expect(strangers.alive).toBe(1);
    expect(stdout.length).toBe(filled(stderr));
    expect(stdout.length).toBeGreaterThan(100_000);
  });

  test('while an input is being written that a stranger does not read', () => {
    const input = Buffer.alloc(10 << 20);
    const result = sh(`exec 9<&0; ${strangers.leave()} echo out`, { drainTimeout, input });
    expect(strangers.alive).toBe(1);
    expect(result).toMatchObject({ status: 0, stdout: 'out\n' });
    expect(result).not.toHaveProperty('error');
  });

  test('more pipes than three', () => {
    const script = `${strangers.leave()} echo four >&4`;
    const { output } = sh(script, { drainTimeout, stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'] });
    expect(output).toEqual([null, '', '', '', 'four\n']);
    expect(strangers.alive).toBe(1);
  });

  test('a stranger that keeps writing', () => {
    const result = sh(`${strangers.leave('yes 2>/dev/null')} exit 6`, { drainTimeout, maxBuffer: 1 << 30 });
    expect(result.status).toBe(6);
    expect(result.error).toBe(undefined);
  });

  test('maxBuffer still counts', () => {
    const result = sh(`${strangers.leave()} head -c 700000 /dev/zero`, { drainTimeout, maxBuffer: 1000 });
    expect(result.error.code).toBe('ENOBUFS');
    expect(strangers.alive).toBe(1);
  });

  test('where nobody holds anything the result is that of the built-in', () => {
    const input = Buffer.alloc(8 << 20);
    for (const [script, options] of [
      ['cat; exit 3', { input: 'text' }],
      ['exec <&-; echo over', { input }],
      ['echo x; kill -9 $$', {}],
      ['exit 0', { stdio: 'ignore' }],
    ]) {
      const call = ['sh', ['-c', script], { encoding: 'utf8', ...options }];
      const { pid: _pid, ...expected } = builtin.spawnSync(...call);
      const { pid: _its, ...result } = spawnSync(...call.slice(0, 2), { ...call[2], drainTimeout });
      expect(result).toEqual(expected);
    }
  });

  test('without a pidfd', async () => {
    const [seen] = await reportsOf(
      forkless,
      ({ spawnSync }, report, script, drainTimeout) => {
        const { status, stdout } = spawnSync('sh', ['-c', script], { drainTimeout, encoding: 'utf8' });
        report([status, stdout]);
      },
      {
        args: [`${strangers.leave()} echo out; exit 7`, drainTimeout],
        through: through([`pidfd_open:${ENOSYS}`]),
      },
    );
    expect(seen).toEqual([7, 'out\n']);
    expect(strangers.alive).toBe(1);
  });
});

test('the timeout holds while strangers are waited for', async () => {
  const run = async (timeout) => {
    // Of the run before, which is over.
    await strangers.end();
    return sh(`${strangers.leave()} echo out`, { drainTimeout: 1e9, timeout });
  };
  const result = await onceReady(run, hasWritten);
  expect(result).toMatchObject({ stdout: 'out\n', error: { code: 'ETIMEDOUT' } });
  expect(strangers.alive).toBe(1);
});

describe('resourceUsage', () => {
  const NAMES = Object.keys(process.resourceUsage());

  test('is that of the child, not enumerable and not in JSON', () => {
    const result = sh('i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done');
    const { resourceUsage } = result;
    expect(Object.keys(resourceUsage)).toEqual(NAMES);
    expect(resourceUsage.userCPUTime + resourceUsage.systemCPUTime).toBeGreaterThan(0);
    expect(Object.keys(result)).toEqual(Object.keys(builtin.spawnSync('true')));
    expect(JSON.stringify(result)).not.toContain('userCPUTime');
    expect(inspect(result)).not.toContain('userCPUTime');
  });

  test('is on what execSync and execFileSync throw', () => {
    for (const error of [
      thrown(() => execSync('exit 3', { stdio: 'ignore' })),
      thrown(() => execFileSync('false', { stdio: 'ignore' })),
    ]) {
      expect(Object.keys(error.resourceUsage)).toEqual(NAMES);
      expect(Object.keys(error)).not.toContain('resourceUsage');
    }
  });

  test('of a start that failed there is none', () => {
    expect(spawnSync('/none/such').resourceUsage).toBe(null);
    expect(thrown(() => execFileSync('/none/such', { stdio: 'ignore' })).resourceUsage).toBe(null);
  });

  test('maxRSS is that of the child where it is more than ours, and nothing where it is not', () => {
    expect(spawnSync('true').resourceUsage.maxRSS).toBe(undefined);
    const much = Math.ceil(process.resourceUsage().maxRSS / 1024) + 100;
    const script = `const all = Buffer.alloc(${much} * 2 ** 20, 1); process.exit(all[5] - 1)`;
    const { resourceUsage, status } = spawnSync(process.execPath, ['-e', script]);
    expect(status).toBe(0);
    expect(resourceUsage.maxRSS).toBeGreaterThan(much * 1024);
  });
});

test('where the built-in makes the call, limits that it cannot keep are refused, and nothing runs', async () => {
  const file = path.join(folder, 'ran');
  const [seen] = await reportsOf(
    forkless,
    ({ spawnSync }, report, file) => {
      const call = (options) => {
        try {
          return spawnSync('sh', ['-c', `echo x >> ${file}`], options).status;
        } catch ({ code, feature, reason }) {
          return { code, feature, reason: typeof reason };
        }
      };
      report([
        call({ drainTimeout: 5 }),
        call({ forceKillAfterDelay: 5 }),
        require('node:fs').existsSync(file),
        call({}),
      ]);
    },
    { args: [file], through: through([`clone-vfork:${EINVAL}`]) },
  );
  const refused = (feature) => ({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM', feature, reason: 'string' });
  expect(seen).toEqual([refused('drainTimeout'), refused('forceKillAfterDelay'), false, 0]);
});
