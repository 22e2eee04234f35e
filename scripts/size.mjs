// The gate `size`: fails where a file is so long that it is likely to have two responsibilities. Functions are held to
// their 60 lines by the linters (biome.jsonc, clippy.toml).

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './suites.mjs';

/** Lines of the longest file that a folder may have, with its unit tests. */
const LIMITS = { lib: 250, src: 400 };

const tooLong = Object.entries(LIMITS).flatMap(([folder, limit]) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(js|rs)$/.test(name))
    .map((name) => ({ path: join(folder, name), limit }))
    .map(({ path, limit }) => ({ path, limit, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > limit),
);

for (const { path, lines, limit } of tooLong) console.error(`${path} has ${lines} lines; ${limit} is the limit`);
if (tooLong.length > 0) process.exitCode = 1;
