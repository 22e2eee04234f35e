// Filters of system calls: each call that a start or an end makes is refused, by three errors, and kills who makes it.
// One call and one way is one comparison here, whatever the number of cases in it. See trial.mjs and refuse.rs.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { scratch } from '../scripts/suites.mjs';
import { CONTAINED } from './contained.mjs';
import { here, select, sum } from './report.mjs';
import { systemCalls } from './system-calls.mjs';
import { trial, trialOneByOne } from './trial.mjs';

const ERRORS = ['EPERM', 'ENOSYS', 'EINVAL'];

/** Made by the program on trial for its own files, server and memory, and by no start. */
const NOT_OF_A_START = [
  ...['chmod', 'getcwd', 'getdents64', 'lseek', 'mkdir', 'pread64', 'readlink', 'rmdir', 'unlink'],
  ...['accept4', 'bind', 'connect', 'listen', 'mremap', 'uname'],
  // The C library's allocator ends badly without it, whoever allocates: V8 does when it compiles a function.
  'brk',
  // Node asks whether it runs with another's rights before it reads a variable.
  ...['capget', 'getegid', 'geteuid', 'getgid', 'getuid'],
];

/** Seen only where others are refused. */
const IN_PLACE_OF_OTHERS = ['clone-vfork', 'dup2', 'dup3', 'pidfd_open', 'poll', 'ppoll', 'vfork', 'wait4', 'waitid'];

/** Calls that cannot fail: callers take the error for the number of a process. Death alone can be tried. */
const NEVER_FAIL = ['getpid', 'gettid'];

/** Refused at once. */
const TOGETHER = [
  ['pidfd_open', 'waitid'],
  ['pidfd_open', 'epoll_create1'],
  ['pidfd_open', 'clone3'],
];

/** What only the built-in can do without, or what forkless alone does and cannot do without, each with its reason. */
/** @type {Map<string, string>} */
const EXCEPTIONS = new Map(
  /** @type {[string, string][]} */ ([
    [
      'pidfd_open:kill',
      'only by it are ends heard of without a handler of SIGCHLD and without a thread for each child',
    ],
    ['getpid:kill', 'V8 calls it when it collects: chance decides in which case'],
    ['clone-vfork:kill', 'it is the start; where an error refuses it, the built-in starts the child'],
    ...['openat', 'statx'].map((call) => [
      `${call}:kill`,
      'the first call loads its modules by require(); where an error refuses it, the built-in makes the call',
    ]),
    ['epoll_create1:kill', 'the pidfds of an environment are in one epoll set'],
    [
      'poll:kill',
      'the blocking three and the look at a pipe before an exit; where it is refused, epoll takes its place',
    ],
    [
      'setsockopt:kill',
      'the larger buffers of exec and the blocking three; since libuv 1.51 the built-in calls it too',
    ],
    [
      'prctl:kill',
      'the dumpable flag, for a child of another user alone; to kill ends the program, and all cases behind',
    ],
    ...['fcntl', 'ioctl'].flatMap((call) =>
      ERRORS.map((errno) => [
        `${call}:${errno}`,
        'libuv opens a pipe for others than itself only with it: uv_pipe_open()',
      ]),
    ),
    ...[...ERRORS, 'kill'].map((way) => [
      `futex:${way}`,
      'every thread of Node needs it: what is right is so by chance',
    ]),
    ...ERRORS.map((errno) => [
      `pidfd_open:${errno},clone3:${errno}`,
      'neither a pidfd nor a thread: the start fails. Node itself cannot start there, as it has threads',
    ]),
  ]),
);

/** Not tried with each refusal: to these other cases are alike, and they take long. */
const SLOW = ['timeout', 'twenty at once', 'execFile with a timeout', 'large output, asked for in exit', 'fork, json'];
/** A worker loads the module, from files: that is no start. */
const LOADS = ['a worker'];

/** @param {string} call */
const waysOf = (call) => (NEVER_FAIL.includes(call) ? ['kill'] : [...ERRORS, 'kill']);

/** V8's threads make them at moments of their own, so that in a long program chance decides which case they meet. */
const OF_V8 = ['futex', 'madvise', 'mmap', 'mprotect', 'munmap'];
/** So these have a program each. */
const ONE_BY_ONE = ['output of one', 'kill', 'a missing program', 'execFile', 'spawnSync with input', 'fork, advanced'];

/** What rustc makes of refuse.rs. */
const LAUNCHER = join(scratch, 'refuse');
const ADDON = join(scratch, 'refuse.node');

function build() {
  const compile = ['--edition=2021', '-O', join(here, 'refuse.rs'), '-o'];
  execFileSync('rustc', [...compile, LAUNCHER]);
  execFileSync('rustc', [...compile, ADDON, '--crate-type', 'cdylib']);
  return [...CONTAINED, LAUNCHER, '--', '/bin/true'];
}

/** The calls to refuse, and those that cannot be: all of the table where nobody can say which are made. */
async function callsToRefuse() {
  const table = execFileSync(LAUNCHER, ['--list'], { encoding: 'utf8' }).trim().split('\n');
  const made = (await systemCalls()) ?? table;
  const ofStarts = made.filter((call) => !NOT_OF_A_START.includes(call));
  return {
    calls: table.filter((call) => ofStarts.includes(call) || IN_PLACE_OF_OTHERS.includes(call)),
    unknown: ofStarts.filter((call) => !table.includes(call)),
  };
}

/** @param {string[]} calls @returns {string[][]} CALL:ERRNO and CALL:kill, those refused at once together */
function refusalsOf(calls) {
  const alone = calls.flatMap((call) => waysOf(call).map((way) => [`${call}:${way}`]));
  const together = TOGETHER.flatMap((group) => ERRORS.map((errno) => group.map((call) => `${call}:${errno}`)));
  return [...alone, ...together].filter((refused) => !EXCEPTIONS.has(refused.join()));
}

/** By call, the ways in which it proves nothing. @param {string[][]} refusals */
function describeIdle(refusals) {
  /** @type {Map<string, string[]>} */
  const ways = new Map();
  for (const refused of refusals) {
    const calls = refused.map((refusal) => refusal.split(':')[0]).join('+');
    ways.set(calls, [...(ways.get(calls) ?? []), refused[0].split(':')[1]]);
  }
  return [...ways].map(([call, list]) => (list.length === 4 ? call : `${call} (${list.join(' ')})`)).join(', ');
}

/** @type {import('../scripts/sandboxes.mjs').Sandbox} */
export default {
  name: 'seccomp',
  probe: build,
  run: async (control) => {
    const names = [...control.results.keys()].filter((name) => ![...SLOW, ...LOADS].includes(name));
    const [whole, few] = [select(control, names), select(control, ONE_BY_ONE)];
    const { calls, unknown } = await callsToRefuse();
    // With nothing refused all must be right, or the rest proves nothing.
    const free = await trial([], whole, ADDON);
    const verdicts = [{ ...free, failed: 1 - free.passed }, ...unknown.map(complain)];
    const idle = [];
    for (const refused of refusalsOf(calls)) {
      const ofV8 = OF_V8.includes(refused[0].split(':')[0]);
      const verdict = await (ofV8 ? trialOneByOne(refused, few, ADDON) : trial(refused, whole, ADDON));
      if (verdict.passed + verdict.failed === 0) idle.push(refused);
      verdicts.push(verdict);
    }
    const { passed, failed, details } = sum(verdicts);
    const note = `  nothing to compare, as the built-in is never right: ${describeIdle(idle)}`;
    return { passed, failed, details: [note, ...details] };
  },
};

/** @param {string} call */
const complain = (call) => ({ passed: 0, failed: 1, details: [`  ${call} is made, and refuse.rs does not know it`] });
