'use strict';
// zx: shell scripts in template literals, in bash.

const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { onBothWays } = require('./programs.js');

let folder;

beforeAll(() => {
  folder = makeFolder();
});

afterAll(() => removeFolder(folder));

test('quoting, outputs and exit codes', async () => {
  const reports = await onBothWays(async (report) => {
    const { $, ProcessOutput } = await import('zx');
    $.quiet = true;
    const name = 'a "b" $c \'d\'';
    report(String(await $`printf '[%s]' ${name} ${['x', 'y z']}`));
    const { stdout, stderr, exitCode, signal, ok } = await $({ nothrow: true })`echo out; echo err >&2; exit 6`;
    report({ stdout, stderr, exitCode, signal, ok });
    const failed = await $`echo no >&2; exit 3`.catch((error) => error);
    report([
      failed.name,
      failed.constructor === ProcessOutput,
      failed.exitCode,
      failed.stderr,
      failed.message.split('\n')[0],
    ]);
    const missing = await $`${'forkless-no-such-command'}`.catch((error) => error);
    report([missing.exitCode, missing.stderr.includes('command not found')]);
    report(await $`echo '{"a": [1, 2]}'`.json());
    report(await $`printf '1\n2\n3'`.lines());
  });
  expect(reports).toEqual([
    '[a "b" $c \'d\'][x][y z]',
    { stdout: 'out\n', stderr: 'err\n', exitCode: 6, signal: null, ok: false },
    ['Error', true, 3, 'no\n', 'no'],
    [127, true],
    { a: [1, 2] },
    ['1', '2', '3'],
  ]);
});

test('pipes between commands, files and a failing part of a pipeline', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { $, fs } = await import('zx');
    $.quiet = true;
    report(String(await $`seq 1 30000`.pipe($`grep 9`).pipe($`wc -l`)).trim());
    await $`seq 1 100000`.pipe(fs.createWriteStream(file));
    report((await fs.promises.readFile(file, 'utf8')).length);
    const failed = await $`false | cat`.nothrow();
    report(failed.exitCode);
    const [one, two] = await Promise.all(
      [$`read a; echo one $a`.stdio('pipe'), $`echo two`].map((p, at) => {
        if (at === 0) p.stdin.end('line\n');
        return p;
      }),
    );
    report([one.stdout, two.stdout]);
  }, `${folder}/zx.out`);
  expect(reports).toEqual(['10317', 588_895, 1, ['one line\n', 'two\n']]);
});

test('megabytes in and out', async () => {
  const reports = await onBothWays(async (report) => {
    const { $ } = await import('zx');
    $.quiet = true;
    const input = 'forkless\n'.repeat(500_000);
    const { stdout } = await $({ input })`cat`;
    report([stdout.length, stdout === input]);
    report((await $`head -c 3000000 /dev/zero`.buffer()).length);
  });
  expect(reports).toEqual([[4_500_000, true], 3_000_000]);
});

test('timeouts, aborts, and kills of whole trees', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { $, fs, kill } = await import('zx');
    $.quiet = true;
    const told = ({ exitCode, signal, stdout }) => report({ exitCode, signal, stdout });
    await $`exec sleep 60`.timeout(50, 'SIGINT').catch(told);
    const stop = new AbortController();
    const aborted = $({ signal: stop.signal })`echo up; exec sleep 60`;
    aborted.stdout.once('data', () => stop.abort());
    await aborted.catch(told);

    // The whole tree holds the pipe: its end is the end of all of them.
    const sleeper = 'echo up; exec sleep 60';
    const tree = $`sh -c ${sleeper} & (sh -c ${sleeper} & sh -c ${sleeper}) & exec sleep 60`;
    let ups = '';
    await new Promise((resolve) => {
      tree.stdout.on('data', (chunk) => {
        ups += chunk;
        if (ups === 'up\n'.repeat(3)) resolve(null);
      });
    });
    const gone = tree.catch(told);
    await kill(tree.pid, 'SIGTERM');
    await gone;
    const killed = $`echo up; exec sleep 60`;
    await new Promise((resolve) => killed.stdout.once('data', resolve));
    await killed.kill('SIGKILL').catch(() => {});
    await killed.catch(told);
    await $`echo done > ${file}`;
    report(await fs.promises.readFile(file, 'utf8'));
  }, `${folder}/zx.done`);
  expect(reports).toEqual([
    { exitCode: null, signal: 'SIGINT', stdout: '' },
    { exitCode: null, signal: 'SIGTERM', stdout: 'up\n' },
    { exitCode: null, signal: 'SIGTERM', stdout: 'up\nup\nup\n' },
    { exitCode: null, signal: 'SIGKILL', stdout: 'up\n' },
    'done\n',
  ]);
});

test('cd, within and the environment belong to the part that set them', async () => {
  const reports = await onBothWays(async (report, folder) => {
    const { $, within } = await import('zx');
    $.quiet = true;
    const seen = () => $`echo $PWD $(printenv FORKLESS_X || echo none)`.then(({ stdout }) => stdout.trim());
    const inside = within(async () => {
      $.cwd = folder;
      $.env = { ...process.env, FORKLESS_X: 'x' };
      return seen();
    });
    report([await inside, (await seen()) === `${process.cwd()} none`]);
  }, folder);
  expect(reports).toEqual([[`${folder} x`, true]]);
});

test('the sync form, retries, and twenty at once', async () => {
  const reports = await onBothWays(async (report, file) => {
    const { $, retry } = await import('zx');
    $.quiet = true;
    report($.sync`echo sync; exit 0`.stdout);
    const failed = $.sync({ nothrow: true })`echo err >&2; exit 4`;
    report([failed.stderr, failed.exitCode]);
    report($.sync({ input: 'x'.repeat(2_000_000) })`wc -c`.stdout.trim());
    report((await retry(5, () => $`echo x >> ${file}; test $(wc -l < ${file}) -ge 3; echo third`)).stdout);
    await $`rm ${file}`;
    const many = Array.from({ length: 20 }, (_, at) => $`sleep 0; echo ${at}`);
    report((await Promise.all(many)).map(({ stdout }) => Number(stdout)));
  }, `${folder}/zx.tries`);
  expect(reports).toEqual(['sync\n', ['err\n', 4], '2000000', 'third\n', Array.from({ length: 20 }, (_, at) => at)]);
});
