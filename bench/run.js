'use strict';
// npm run bench: forkless against the built-in in alternating fresh processes, one
// table. Measures nothing itself: measure.js does, in each of those processes.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { closingLine, compare, compareGrowth, header, summarize, tableLine } = require('./report.js');

const WORKLOADS = [
  'loop-blocked',
  'spawn-to-close',
  'in-flight',
  'exec-file',
  'output-async',
  'sync',
  'output-sync',
  'input-sync',
  'ipc-ping-pong',
  'ipc-flood',
  'ipc-large',
  'ipc-huge',
  'load',
];

const HELP = `npm run bench -- [options]
  --only NAME   only the workload NAME, or all whose name contains it; may be given again
  --rounds N    processes a case and contestant (5; with --quick 2)
  --quick       a tenth of the samples: to see that all works, not how fast it is

Workloads: ${WORKLOADS.join(', ')}`;

const CONTESTANTS = /** @type {const} */ ({ builtin: 'node:child_process', forkless: '../index.js' });

/** One process must not take longer, whatever it measures. */
const DEADLINE = 180_000;

function main() {
  const { only, rounds, effort, help } = readFlags();
  if (help) return console.log(HELP);
  const names = WORKLOADS.filter((name) => !only || only.some((wanted) => isWanted(name, wanted)));
  if (names.length === 0) return fail(`no workload is called ${only?.join(' or ')}\n\n${HELP}`);

  const machine = describeMachine();
  console.log(`${machine.node}, ${machine.kernel}, ${machine.cores} cores (${machine.cpu})`);
  console.log(`${rounds} fresh processes a row and contestant, built-in and forkless by turns`);
  if (machine.load > machine.cores / 4) console.log(`The machine is busy (load ${machine.load}): do not trust this.`);
  console.log(`\n${header()}`);

  const results = names.flatMap((name) => runWorkload(name, rounds, effort));
  console.log(`\n${closingLine(results)}`);
  console.log(`Written to ${save({ date: new Date().toISOString(), machine, rounds, effort, results })}`);
}

/**
 * @param {string} name of a workload
 * @param {string} wanted a whole name, or a part of some
 */
const isWanted = (name, wanted) => name === wanted || (!WORKLOADS.includes(wanted) && name.includes(wanted));

function readFlags() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string', multiple: true },
        rounds: { type: 'string' },
        quick: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');
    return { only: values.only, rounds, effort: values.quick ? 0.1 : 1, help: values.help };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

/**
 * Measures all cases of a workload and prints their lines.
 * @param {string} name
 * @param {number} rounds
 * @param {number} effort
 */
function runWorkload(name, rounds, effort) {
  const { cases, growths = [] } = require(`./workloads/${name}.js`);
  /** @type {any[]} */
  const results = [];
  for (const [index, { rows, needs = 0 }] of cases.entries()) {
    if (os.freemem() < needs * 2 ** 20) {
      console.log(`${Object.values(rows)[0].title}: left out, for it ${needs} MB of memory must be free`);
      continue;
    }
    const samples = runRounds(name, index, rounds, effort);
    for (const [metric, row] of Object.entries(rows)) {
      const [builtin, forkless] = [samples.builtin, samples.forkless].map((all) =>
        summarize(all.map((one) => one[metric])),
      );
      report({ workload: name, case: index, metric, ...compare(row, builtin, forkless) });
    }
  }
  for (const growth of growths) {
    const [from, to] = [growth.from, growth.to].map((index) =>
      results.find((result) => result.case === index && result.metric === growth.metric),
    );
    if (from && to) report({ workload: name, ...compareGrowth(growth, from, to) });
  }
  return results;

  /** @param {any} result */
  function report(result) {
    results.push(result);
    console.log(tableLine(result));
  }
}

/**
 * @param {string} name
 * @param {number} index of the case
 * @param {number} rounds
 * @param {number} effort
 */
function runRounds(name, index, rounds, effort) {
  const samples = { builtin: /** @type {any[]} */ ([]), forkless: /** @type {any[]} */ ([]) };
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of /** @type {const} */ (['builtin', 'forkless'])) {
      progress(`${name}, case ${index + 1}: round ${round} of ${rounds}, ${contestant}`);
      samples[contestant].push(measure(name, index, CONTESTANTS[contestant], effort));
    }
  }
  progress('');
  return samples;
}

/**
 * One case in a fresh process. A broken one ends the bench: no number is better than a wrong one.
 * @param {string} name
 * @param {number} index
 * @param {string} contestant
 * @param {number} effort
 * @returns {Record<string, number[]>} the samples by metric
 */
function measure(name, index, contestant, effort) {
  const args = [path.join(__dirname, 'measure.js'), name, String(index), contestant, String(effort)];
  const { status, signal, error, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: '1' },
    maxBuffer: Infinity,
    timeout: DEADLINE,
  });
  if (status !== 0) {
    const why = error?.message ?? (signal ? `killed by ${signal}` : `exit code ${status}`);
    return fail(`${name} on ${contestant} failed: ${why}\n  node ${args.join(' ')}\n${stderr}`);
  }
  return JSON.parse(stdout);
}

/** @param {string} text shown on a terminal until the next line is printed */
function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function describeMachine() {
  const cpus = os.cpus();
  return {
    node: `Node ${process.versions.node}`,
    kernel: `${os.type()} ${os.release()} ${process.arch}`,
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory: os.totalmem(),
    load: Number(os.loadavg()[0].toFixed(2)),
  };
}

/** @param {object} content */
function save(content) {
  const file = path.join(__dirname, 'results', 'latest.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  return path.relative(process.cwd(), file);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  progress('');
  console.error(`bench: ${message}`);
  process.exit(1);
}

main();
