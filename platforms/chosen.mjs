// What Jest runs in an emulated machine with `--all`: where architectures and C libraries could differ.

export const CHOSEN = ['__tests__/spawn/', '__tests__/sync/results', '__tests__/options/ids.test'];
