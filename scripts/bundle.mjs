// npm run bundle: makes bundle.js of lib/ and the addon's loader.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

buildSync({
  absWorkingDir: join(dirname(fileURLToPath(import.meta.url)), '..'),
  entryPoints: [join('lib', 'main.js')],
  outfile: 'bundle.js',
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node18.17',
  // The addon itself, beside the bundle or in a package of its own, and what the loader tries else.
  external: ['./forkless.*', 'forkless-*'],
  banner: { js: '// Made of lib/ and binding.js by scripts/bundle.mjs.' },
  logLevel: 'error',
});
