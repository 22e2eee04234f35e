'use strict';
// forkless: help, version, and what it makes of a wrong use.

const { forkless } = require('./program.js');
const { version } = require('../../package.json');

const ok = (stdout) => ({ status: 0, stderr: '', stdout });

test.each([['--version'], ['-v']])('%s', async (flag) => {
  expect(await forkless([flag])).toEqual(ok(`${version}\n`));
});

test.each([[[]], [['--help']], [['-h']], [['help']]])('%j: the commands', async (args) => {
  const help = await forkless(args);
  expect(help).toEqual(ok(expect.stringMatching(/^forkless <command>\n {2}doctor .*\n {2}run /)));
});

test.each(['doctor', 'run'])('help for %s, in three ways', async (name) => {
  const all = await Promise.all(
    [
      [name, '--help'],
      [name, '-h'],
      ['help', name],
    ].map((args) => forkless(args)),
  );
  for (const help of all)
    expect(help).toEqual(ok(expect.stringMatching(new RegExp(`^forkless ${name} [^]*Exit status`))));
});

test.each([
  ['an unknown command', ['walk'], 'there is no command "walk"'],
  ['help for an unknown command', ['help', 'walk'], 'there is no command "walk"'],
  ['an unknown option', ['--fast'], "Unknown option '--fast'"],
  ['an unknown option before the command', ['--fast', 'doctor'], "Unknown option '--fast'"],
  ['an unknown option of doctor', ['doctor', '--fast'], "Unknown option '--fast'"],
  ['a word too many for doctor', ['doctor', 'now'], "Unexpected argument 'now'"],
  ['an unknown option of run', ['run', '--fast', 'true'], "Unknown option '--fast'"],
  ['nothing to run', ['run'], 'there is no program to run'],
  ['nothing to run after --', ['run', '--'], 'there is no program to run'],
])('%s: status 2', async (_name, args, message) => {
  const { status, stdout, stderr } = await forkless(args);
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr.split('\n')[0]).toContain(`forkless: ${message}`);
  expect(stderr).toContain('See: forkless --help');
});
