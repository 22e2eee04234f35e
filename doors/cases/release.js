'use strict';
// The release: what is refused, what is published, and what is in it.

const assert = require('node:assert');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { must, run } = require('../run.js');
const { HOME, PACKAGE, PLATFORMS, ROOT } = require('../workplace.js');

const PACKAGES = [...PLATFORMS.map((platform) => `forkless-${platform}`), 'forkless'];

/** How the workflow publishes. */
const WORKFLOW = fs.readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8');
const [, ...publishing] =
  WORKFLOW.match(/node scripts\/release\.mjs (.*)/)?.[0]
    .split(' ')
    .slice(1) ?? [];

/** @param {import('../run.js').Ended} ended @param {RegExp} message */
function isRefused({ code, stderr, output }, message) {
  assert.strictEqual(code, 1, output);
  assert.match(stderr, message);
}

/**
 * A published package, unpacked.
 * @param {import('../workplace.js').Workplace} workplace
 * @param {string} name
 */
function unpack({ at, registry }, name) {
  const folder = at('unpacked', name);
  fs.mkdirSync(folder, { recursive: true });
  const [tarball] = [...(registry.packages.get(name)?.tarballs.values() ?? [])];
  execFileSync('tar', ['-xzf', '-', '-C', folder, '--strip-components=1'], { input: tarball });
  return folder;
}

/** What a text links to and no other site has. @param {string} file */
function relativeLinks(file) {
  const text = fs.readFileSync(file, 'utf8');
  return [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link]) => link).filter((link) => !/^\w+:/.test(link));
}

/** @type {import('../../scripts/doors.mjs').Door[]} */
module.exports = [
  {
    name: 'release: the workflow may do what it does, and does no more',
    run() {
      assert.deepStrictEqual(publishing, ['--addons', 'artifacts', '--publish']);
      assert.match(WORKFLOW, /id-token: write/);
      assert.match(WORKFLOW, /NPM_CONFIG_PROVENANCE: "true"/);
      assert.doesNotMatch(WORKFLOW, /contents: write|pre-publish|gh-release/);
    },
  },
  {
    name: 'release: a platform that was not built stops it',
    async run({ at, release }) {
      fs.mkdirSync(at('nothing'));
      isRefused(await release(['--addons', at('nothing'), '--publish']), /forkless\.linux-.*\.node is not in/);
    },
  },
  {
    name: 'release: a tag of another version stops it',
    async run({ release }) {
      const env = { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: 'v99.0.0' };
      isRefused(await release(publishing, env), /the tag is v99\.0\.0/);
    },
  },
  {
    name: 'release: another repository than that of the workflow is answered with E422',
    async run({ registry, release }) {
      isRefused(await release([...publishing, '--repository', 'some/body']), /E422/);
      assert.strictEqual(registry.packages.size, 0);
    },
  },
  {
    name: 'release: npm publish in a checkout is refused',
    async run({ env }) {
      const { code, output } = await run('npm', ['publish', '--dry-run'], { cwd: ROOT, env });
      assert.notStrictEqual(code, 0);
      assert.match(output, /published by .github\/workflows\/release.yml/);
    },
  },
  {
    name: 'release: all five are published, those of the platforms first',
    async run({ registry, release }) {
      const { version } = JSON.parse(fs.readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
      const env = { GITHUB_REF_TYPE: 'tag', GITHUB_REF_NAME: `v${version}` };
      const { code, output } = await release(publishing, env);
      assert.strictEqual(code, 0, output);
      assert.deepStrictEqual([...registry.packages.keys()], PACKAGES);
      const { optionalDependencies } = /** @type {any} */ (registry.packages.get('forkless')).packument.versions[
        version
      ];
      assert.deepStrictEqual(
        optionalDependencies,
        Object.fromEntries(PACKAGES.slice(0, -1).map((name) => [name, version])),
      );
    },
  },
  {
    name: 'release: a second run passes over what is there',
    async run({ release }) {
      const { code, output } = await release(publishing);
      assert.strictEqual(code, 0, output);
      assert.strictEqual(output.match(/is there already/g)?.length, PACKAGES.length);
    },
  },
  {
    name: 'release: every package has its licence, a README, and says where it is from',
    run(workplace) {
      for (const name of PACKAGES) {
        const folder = unpack(workplace, name);
        const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
        assert.strictEqual(manifest.repository.url, `git+${HOME}.git`);
        assert.strictEqual(manifest.homepage, `${HOME}#readme`);
        assert.strictEqual(manifest.bugs.url, `${HOME}/issues`);
        assert.deepStrictEqual([manifest.scripts, manifest.devDependencies], [undefined, undefined]);
        assert.match(fs.readFileSync(path.join(folder, 'LICENSE'), 'utf8'), /MIT License/);
        const readme = fs.readFileSync(path.join(folder, 'README.md'), 'utf8');
        if (name !== 'forkless') assert.ok(readme.includes(`(${manifest.homepage})`), `${name} does not point home`);
      }
      const addon = fs.readdirSync(workplace.at('unpacked', PACKAGE)).filter((file) => file.endsWith('.node'));
      assert.strictEqual(addon.length, 1);
    },
  },
  {
    name: 'release: what README and docs link to is there, docs and changes in the package too',
    run(workplace) {
      const folder = unpack(workplace, 'forkless');
      const docs = (/** @type {string} */ of) =>
        fs.readdirSync(path.join(of, 'docs')).filter((name) => name.endsWith('.md'));
      assert.deepStrictEqual(docs(folder), docs(ROOT));
      const pages = ['README.md', 'CHANGELOG.md', ...docs(folder).map((name) => `docs/${name}`)];
      for (const page of pages) {
        for (const link of relativeLinks(path.join(folder, page))) {
          const target = path.join(path.dirname(page), link);
          // npm's page looks for it in the repository.
          assert.ok(fs.existsSync(path.join(ROOT, target)), `${page} links to ${link}`);
          if (/^(docs\/.*|CHANGELOG)\.md$/.test(target)) assert.ok(fs.existsSync(path.join(folder, target)), target);
        }
      }
    },
  },
  {
    name: 'release: npm installs the package and that of this platform, and no other',
    async run({ at, env, installed }) {
      const folder = await installed();
      const names = fs.readdirSync(path.join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
      assert.deepStrictEqual(names.sort(), ['forkless', PACKAGE]);
      await must('npm', ['ls', '--prefix', folder], { cwd: at(), env });
    },
  },
];
