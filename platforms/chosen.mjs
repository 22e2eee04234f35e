// What Jest runs in an emulated machine with `--all`: where architectures and C libraries could differ. It has no
// compiler and no network, and takes its time.

export const CHOSEN = [
  '__tests__/index.test',
  '__tests__/register.test',
  '__tests__/cluster/lifecycle',
  '__tests__/exec/callback',
  '__tests__/ipc/handles-(server|socket|dgram)',
  '__tests__/ipc/(messages|wire|splitting)',
  '__tests__/options/(cwd|detached|env|ids)\\.test',
  '__tests__/process/(child|events|exit|kill|ref|workers)\\.test',
  '__tests__/spawn/search',
  '__tests__/stdio/(inherit|passing|socket)',
  '__tests__/sync/(results|errors|input)',
  '__tests__/tree/out-of-memory',
];
