'use strict';
// exec() and execFile(): big outputs, in programs of their own, for the memory
// that they take. A collector that copied what it has at each chunk would move
// terabytes here and not end within the time of a test.

const { describeEach, forkless } = require('../helpers/modules.js');
const { reportsOf, STEADY_HEAP } = require('../helpers/program.js');

const MB = 1024 * 1024;

/**
 * Collects `size` bytes and reports on them, and on the most memory there was in use beyond what a small run took.
 */
function collectMuch({ execFile }, report, size, encoding) {
  // The pattern is 64 bytes long; yes(1) writes it until the limit of head(1).
  const line = 'forkless, sixty-three characters and one for the end of the line';
  const pattern = `${line.slice(0, 63)}\n`;
  const script = `yes '${line.slice(0, 63)}' | head -c ${size}`;
  const most = () => process.resourceUsage().maxRSS * 1024;
  execFile('sh', ['-c', 'echo small'], () => {
    const before = most();
    execFile('sh', ['-c', script], { encoding, maxBuffer: size }, (error, stdout, stderr) => {
      const grown = most() - before;
      const bytes = encoding === 'buffer' ? stdout : Buffer.from(stdout, encoding);
      const whole = bytes.equals(Buffer.alloc(size, pattern));
      report({ error, length: bytes.length, whole, stderr: String(stderr), copies: grown / size });
    });
  });
}

describeEach('big outputs', (module) => {
  // The chunks and the whole: each byte twice, and some air for the collector. forkless lets go of each chunk of
  // bytes as it copies it.
  test.each([
    ['buffer', 512, module === forkless ? 1.3 : 2.3],
    ['latin1', 192, 2.4],
    ['utf8', 192, 2.4],
  ])('%s, %i MB: one copy of the chunks', async (encoding, size, most) => {
    const [seen] = await reportsOf(module, collectMuch, { args: [size * MB, encoding], flags: [STEADY_HEAP] });
    const { copies, ...outcome } = seen;
    expect(outcome).toEqual({ error: null, length: size * MB, whole: true, stderr: '' });
    expect(copies).toBeLessThan(most);
  });

  test('on stdout and stderr at once', async () => {
    const [seen] = await reportsOf(
      module,
      ({ exec }, report, size) => {
        const script = `head -c ${size} /dev/zero & head -c ${size} /dev/zero | tr '\\0' x >&2; wait`;
        exec(script, { encoding: 'buffer', maxBuffer: size }, (error, stdout, stderr) => {
          report([error, stdout.equals(Buffer.alloc(size)), stderr.equals(Buffer.alloc(size, 'x'))]);
        });
      },
      { args: [64 * MB] },
    );
    expect(seen).toEqual([null, true, true]);
  });

  test('bytes that can be handed on to a worker', async () => {
    const [seen] = await reportsOf(
      module,
      ({ exec }, report, size) => {
        exec(`yes forkless | head -c ${size}`, { encoding: 'buffer', maxBuffer: size }, (error, stdout) => {
          const whole = stdout.equals(Buffer.alloc(size, 'forkless\n'));
          const moved = structuredClone(stdout, { transfer: [stdout.buffer] });
          report([error, whole, moved.length, stdout.length]);
        });
      },
      { args: [21_000_000] },
    );
    expect(seen).toEqual([null, true, 21_000_000, 0]);
  });

  test('in many small chunks', async () => {
    const [seen] = await reportsOf(
      module,
      ({ execFile }, report, count) => {
        const script = 'for (let i = 0; i < +process.argv[1]; i++) require("node:fs").writeSync(1, "0123456789\\n")';
        let chunks = 0;
        const child = execFile(process.execPath, ['-e', script, count], { maxBuffer: 1e9 }, (error, stdout) => {
          report([error, stdout === '0123456789\n'.repeat(count), chunks > 16]);
        });
        child.stdout.on('data', () => {
          chunks++;
        });
      },
      { args: [100_000] },
    );
    expect(seen).toEqual([null, true, true]);
  });
});
