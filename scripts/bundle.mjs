// npm run bundle: makes bundle.js of lib/.

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
  // The addon, beside the bundle or in a package of its own, and its generated loader, which few programs need.
  external: ['./binding.js'],
  // Less to read; names and lines stay, for those who read a stack trace or the line that Node prints of an error.
  minifyWhitespace: true,
  lineLimit: 120,
  banner: { js: '// Made of lib/ by scripts/bundle.mjs.' },
  logLevel: 'error',
});
