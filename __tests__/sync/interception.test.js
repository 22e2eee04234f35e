'use strict';
// The place where spawn-wrap and nyc put a function of theirs to change what the children of the blocking three get.

const { onBoth } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

/** Runs each of the three with and without a function in that place, and reports what it got and what came of it. */
function program({ execFileSync, execSync, spawnSync }, report) {
  const place = process.binding('spawn_sync');
  const original = place.spawn;
  const calls = [
    () => spawnSync('sh', ['-c', 'echo $WHO'], { encoding: 'utf8' }).stdout,
    () => execFileSync('sh', ['-c', 'echo $WHO'], { encoding: 'utf8' }),
    () => execSync('echo $WHO', { encoding: 'utf8' }),
  ];
  const callAll = () => calls.map((call) => call());
  const put = (who) => {
    place.spawn = (options) => {
      report([who, options.file, options.args]);
      const envPairs = options.envPairs.filter((pair) => !pair.startsWith('WHO='));
      return original({ ...options, envPairs: [...envPairs, `WHO=${who}`] });
    };
  };
  process.env.WHO = 'nobody';
  report(callAll());
  put('one');
  report(callAll());
  put('another');
  report(callAll());
  // A function that says it is native, too.
  place.spawn = place.spawn.bind(place);
  report(callAll());
  place.spawn = original;
  report(callAll());
}

test('what stands there is asked, for as long as it does', async () => {
  const reports = await onBoth((module) => reportsOf(module, program));
  expect(reports.filter(([first]) => first.endsWith('\n')).map(([first]) => first.trim())).toEqual([
    'nobody',
    'one',
    'another',
    'another',
    'nobody',
  ]);
  expect(reports).toHaveLength(5 + 3 * 3);
});

test('to look there warns nobody', async () => {
  const calls = ({ execFileSync }, report) => {
    report([String(execFileSync('echo', ['quiet'])), process.noDeprecation ?? false]);
  };
  const flags = ['--pending-deprecation'];
  expect(await onBoth((module) => reportsOf(module, calls, { flags }))).toEqual([['quiet\n', false]]);
});
