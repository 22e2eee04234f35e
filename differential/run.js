'use strict';
// node differential/run.js: generated scenarios on the built-in and on forkless;
// whatever can be observed must be equal. Prints each difference, shrunk.
//
//   --runs N       scenarios (1000)
//   --seed S       of the generator (by the clock)
//   --only FAMILY  one family of scenarios, see families.js
//   --path P       with --only and --seed: the one scenario of that path

const { spawn } = require('node:child_process');
const { parseArgs } = require('node:util');
const fc = require('fast-check');
const families = require('./families.js');
const { compare, show, showDifference } = require('./compare.js');
const { Sandbox } = require('./sandbox.js');

/** Scenarios between two looks at the seed: after a difference the next batch goes on. */
const BATCH = 100;
/** Differences in one family before we leave it. */
const ENOUGH = 20;
/** Shrinking ends then; what is printed may not be the smallest. */
const SHRINK_TIME = 20_000;

const { values: flags } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    only: { type: 'string' },
    path: { type: 'string' },
  },
});

/**
 * Runs some scenarios of one family.
 * @param {import('./families.js').Family} family
 * @param {{ runs: number, seed: number, path?: string }} batch
 * @param {Sandbox} sandbox
 */
async function runBatch({ name, scenario, run }, { runs, seed, path }, sandbox) {
  const sum = { passed: 0, unsteady: 0, failed: 0 };
  /** @type {number | undefined} */
  let shrinkingUntil;
  const property = fc.asyncProperty(scenario, async (generated) => {
    if (shrinkingUntil && Date.now() > shrinkingUntil) return;
    const judgement = await compare(run, generated, sandbox);
    if (judgement === 'unsteady') {
      sum.unsteady++;
      fc.pre(false);
    } else if (judgement !== 'same') {
      shrinkingUntil ??= Date.now() + SHRINK_TIME;
      throw Object.assign(new Error('different'), { difference: judgement });
    }
  });
  const details = await fc.check(property, { numRuns: runs, seed, path, maxSkipsPerRun: 10 });
  sum.passed = details.numRuns - (details.counterexample ? 1 : 0);
  if (details.counterexample) {
    sum.failed++;
    console.log(`\nDifference: --only ${name} --seed ${seed} --path ${details.counterexamplePath}`);
    console.log(show(details.counterexample[0]));
    const { difference } = /** @type {any} */ (details.errorInstance);
    console.log(difference ? showDifference(difference) : details.errorInstance);
  } else if (details.failed) {
    console.log(`\n${name}, seed ${seed}: too many scenarios on which the built-in is not always the same`);
  }
  return sum;
}

async function main() {
  const [runs, seed] = [Number(flags.runs), Number(flags.seed)];
  const chosen = families.filter(({ name }) => !flags.only || name === flags.only);
  if (chosen.length === 0) throw new Error(`No family is called ${flags.only}`);
  console.log(`Node ${process.version}, ${runs} scenarios, seed ${seed}`);
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const sandbox = new Sandbox();
  let [passed, failed] = [0, 0];
  for (const family of chosen) {
    const started = Date.now();
    const wanted = flags.path ? 1 : Math.ceil((runs * family.share) / shares);
    const sum = { passed: 0, unsteady: 0, failed: 0 };
    for (let batch = 0; sum.passed + sum.failed < wanted && sum.failed < ENOUGH; batch++) {
      const left = wanted - sum.passed - sum.failed;
      const part = { runs: Math.min(BATCH, left), seed: seed + batch, path: flags.path };
      const got = await runBatch(family, part, sandbox);
      for (const key of /** @type {const} */ (['passed', 'unsteady', 'failed'])) sum[key] += got[key];
    }
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(
      `${family.name}: ${sum.passed} the same, ${sum.failed} different, ${sum.unsteady} set aside, ${seconds} s`,
    );
    passed += sum.passed;
    failed += sum.failed;
  }
  sandbox.remove();
  console.log(`${passed} passed, ${failed} failed`);
  // After a start that threw, the built-in leaves handles that keep the loop alive.
  process.exit(failed > 0 ? 1 : 0);
}

/**
 * In a session of its own: a kill() that goes wrong can hit the whole process
 * group, and children that read find nothing at stdin.
 */
function runApart() {
  const env = { ...process.env, FORKLESS_DIFFERENTIAL: 'apart', FORKLESS_REQUIRE_NATIVE: '1' };
  const worker = spawn(process.execPath, ['--no-deprecation', __filename, ...process.argv.slice(2)], {
    env,
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => worker.pid && process.kill(-worker.pid, 'SIGKILL'));
  }
  worker.on('close', (code) => {
    process.exitCode = code ?? 1;
  });
}

if (process.env.FORKLESS_DIFFERENTIAL === 'apart') main();
else runApart();
