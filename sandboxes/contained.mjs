// A PID namespace for what may signal processes it does not mean: a shell that is refused getpid() takes the error for
// its number, and `kill -KILL $$` then reaches every process there is.

/** A command that runs its last arguments in it. The shell is process 1 there, and reaps orphans. */
export const CONTAINED = [
  'unshare',
  ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user']),
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
  ...['sh', '-c', '"$@"; exit $?', 'sh'],
];
