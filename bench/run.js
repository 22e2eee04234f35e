'use strict';
// npm run bench: forkless against the built-in and their peers in alternating fresh processes,
// one table. Measures nothing itself: measure.js does, in each of those processes.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { RUNTIMES, findPeers, main: contestants } = require('./peers.js');
const { closingLines, compare, compareGrowth, header, peersLine, summarize, tableLine } = require('./report.js');

const WORKLOADS = [
  'server',
  'loop-blocked',
  'busy',
  'spawn-to-close',
  'in-flight',
  'burst',
  'exec-file',
  'mixed',
  'output-async',
  'sync',
  'output-sync',
  'input-sync',
  'stream-read',
  'stream-write',
  'ipc-ping-pong',
  'ipc-flood',
  'ipc-large',
  'ipc-huge',
  'load',
  'register',
  'first-child',
  'additions',
  'scale',
];

const HELP = `npm run bench -- [options]
  --only NAME   only the workload NAME, or all whose name contains it; may be given again
  --rounds N    processes a case and contestant (5; with --quick 2)
  --quick       a tenth of the samples: to see that all works, not how fast it is
  --no-peers    forkless and the built-in on the running Node, and nobody else
  --against DIR another checkout's forkless in place of the built-in, without peers and targets; nothing is written

Workloads: ${WORKLOADS.join(', ')}`;

/** @typedef {import('./peers.js').Contestant} Contestant */

/** One process must not take longer, whatever it measures. */
const DEADLINE = 180_000;

function main() {
  const { only, rounds, effort, help, against, alone } = readFlags();
  if (help) return console.log(HELP);
  const names = WORKLOADS.filter((name) => !only || only.some((wanted) => isWanted(name, wanted)));
  if (names.length === 0) return fail(`no workload is called ${only?.join(' or ')}\n\n${HELP}`);

  const machine = describeMachine();
  console.log(`${machine.node}, ${machine.kernel}, ${machine.cores} cores (${machine.cpu})`);
  console.log(`${rounds} fresh processes a row and contestant, built-in and forkless by turns`);
  if (machine.load > machine.cores / 4) console.log(`The machine is busy (load ${machine.load}): do not trust this.`);
  if (against) {
    contestants.builtin = { ...contestants.forkless, name: against, module: path.resolve(against, 'index.js') };
    console.log(`In the place of the built-in: the forkless of ${against}`);
  }
  console.log(`\n${header()}`);

  const peers = alone ? [] : findPeers();
  const results = names.flatMap((name) => runWorkload(name, peers, rounds, effort));
  if (against) return;
  const runtimes = RUNTIMES.filter((name) => results.some(({ peers = {} }) => name in peers));
  console.log(`\n${closingLines(results, runtimes)}`);
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
        'no-peers': { type: 'boolean' },
        against: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
    if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1');
    const { only, quick, help, against, 'no-peers': alone } = values;
    return { only, rounds, effort: quick ? 0.1 : 1, help, against, alone: alone || against !== undefined };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
  }
}

/**
 * Measures all cases of a workload and prints their lines.
 * @param {string} name
 * @param {Contestant[]} others
 * @param {number} rounds
 * @param {number} effort
 */
function runWorkload(name, others, rounds, effort) {
  const { cases, growths = [] } = require(`./workloads/${name}.js`);
  /** @type {any[]} */
  const results = [];
  const peers = others.filter((peer) => peer.takes(name));
  for (const [index, { rows, needs = 0 }] of cases.entries()) {
    if (os.freemem() < needs * 2 ** 20) {
      console.log(`${Object.values(rows)[0].title}: left out, for it ${needs} MB of memory must be free`);
      continue;
    }
    const samples = runRounds(name, index, peers, rounds, effort);
    for (const [metric, row] of Object.entries(rows)) {
      const summaryOf = (/** @type {any[]} */ all) => summarize(all.map((one) => one[metric]));
      const peers = Object.fromEntries(samples.peers.map(([name, all]) => [name, summaryOf(all)]));
      const floor = peers['floor in Node'] ?? peers.floor;
      const runtimes = Object.fromEntries(Object.entries(peers).filter(([name]) => RUNTIMES.includes(name)));
      const compared = compare(row, summaryOf(samples.builtin), summaryOf(samples.forkless), floor, runtimes);
      report({ workload: name, case: index, metric, ...compared, peers });
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
    const line = peersLine(result);
    if (line) console.log(line);
  }
}

/**
 * All by turns. A peer that fails is left out of the rounds that are left.
 * @param {string} name
 * @param {number} index of the case
 * @param {Contestant[]} peers
 * @param {number} rounds
 * @param {number} effort
 */
function runRounds(name, index, peers, rounds, effort) {
  const { builtin, forkless } = contestants;
  /** @type {Map<Contestant, any[]>} those who have not failed */
  const samples = new Map([builtin, forkless, ...peers].map((contestant) => [contestant, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const [contestant, all] of samples) {
      progress(`${name}, case ${index + 1}: round ${round} of ${rounds}, ${contestant.name}`);
      const { measured, why } = measure(name, index, contestant, effort);
      if (measured) {
        all.push(measured);
      } else if (peers.includes(contestant)) {
        samples.delete(contestant);
        progress('');
        console.log(`  ${contestant.name} cannot: ${why.split('\n')[0]}`);
      } else {
        // No number is better than a wrong one.
        fail(`${name} on ${contestant.name} failed: ${why}`);
      }
    }
  }
  progress('');
  const of = (/** @type {Contestant} */ contestant) => samples.get(contestant) ?? [];
  const left = peers.filter((peer) => samples.has(peer));
  return {
    builtin: of(builtin),
    forkless: of(forkless),
    peers: left.map((peer) => /** @type {[string, any[]]} */ ([peer.name, of(peer)])),
  };
}

/**
 * One case in a fresh process.
 * @param {string} name
 * @param {number} index
 * @param {Contestant} contestant
 * @param {number} effort
 * @returns {{ measured?: Record<string, number[]>, why: string }} the samples by metric, or why there are none
 */
function measure(name, index, { command, module }, effort) {
  const [program, ...first] = command;
  const args = [...first, name, String(index), module, String(effort)];
  const { status, signal, error, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, FORKLESS_REQUIRE_NATIVE: '1', BENCH_NODE: process.execPath },
    maxBuffer: Infinity,
    timeout: DEADLINE,
  });
  if (status === 0) return { measured: JSON.parse(stdout), why: '' };
  const why = error?.message ?? (signal ? `killed by ${signal}` : `exit code ${status}`);
  return { why: `${why}\n  ${program} ${args.join(' ')}\n${stderr}` };
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
