// The release: makes the five packages as they are published, and publishes them, those of the platforms first.
// .github/workflows/release.yml runs it; doors/cases/release.js runs it against a registry of its own.
//
//   node scripts/release.mjs --addons FOLDER [--repository OWNER/NAME] (--to FOLDER | --publish)

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { env } = process;

/** A mistake of who releases: told without a stack. */
class Refusal extends Error {}

/** @param {string} file */
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/** @param {string} file @param {object} value */
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);

/**
 * @param {string[]} args
 * @param {string} [cwd]
 */
function npm(args, cwd = root) {
  const { status, error, stdout, stderr } = spawnSync('npm', args, { cwd, encoding: 'utf8' });
  if (error) throw error;
  return { ok: status === 0, stdout, output: `${stdout}${stderr}` };
}

/**
 * The fields by which npm knows where a package is from. Provenance asks for the first: without it, or with another
 * repository than the one that the workflow runs in, the registry answers E422. By it npm's page finds what the README links to.
 * @param {string} repository OWNER/NAME
 * @param {string} [directory]
 */
function originOf(repository, directory) {
  const home = `${env.GITHUB_SERVER_URL ?? 'https://github.com'}/${repository}`;
  return {
    homepage: `${home}#readme`,
    bugs: { url: `${home}/issues` },
    repository: { type: 'git', url: `git+${home}.git`, ...(directory && { directory }) },
  };
}

/** Every version must be the tag's. @param {{ name: string, version: string }[]} manifests */
function checkVersions(manifests) {
  const [{ version }] = manifests;
  const other = manifests.find((manifest) => manifest.version !== version);
  if (other) throw new Refusal(`${other.name} is ${other.version}, and forkless ${version}: run "npx napi version"`);
  const tag = env.GITHUB_REF_TYPE === 'tag' ? env.GITHUB_REF_NAME : undefined;
  if (tag && tag !== `v${version}`) throw new Refusal(`the tag is ${tag}, and the version ${version}`);
}

/**
 * The addon of a platform, wherever it is in the folder of all that was built.
 * @param {string} folder
 * @param {string} file
 */
function findAddon(folder, file) {
  const found = readdirSync(folder, { recursive: true }).map(String);
  const place = found.find((path) => basename(path) === file && !path.includes('node_modules'));
  if (!place) throw new Refusal(`${file} is not in ${folder}: every platform must be built before a release`);
  return join(folder, place);
}

/**
 * A platform's package: the addon, the licence, and a README that points home.
 * @param {string} platform
 * @param {Choice} choice
 */
function stagePlatform(platform, { addons, repository, to }) {
  const folder = join(to, platform);
  cpSync(join(root, 'npm', platform), folder, { recursive: true });
  const manifest = { ...readJson(join(folder, 'package.json')), ...originOf(repository, `npm/${platform}`) };
  writeJson(join(folder, 'package.json'), manifest);
  cpSync(findAddon(addons, manifest.main), join(folder, manifest.main));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  const readme = readFileSync(join(folder, 'README.md'), 'utf8');
  writeFileSync(join(folder, 'README.md'), readme.replaceAll('(../../README.md)', `(${manifest.homepage})`));
  return folder;
}

/**
 * The package itself, with what `npm pack` takes. It names those of the platforms, which it cannot do in the repository:
 * nobody could install there what is not published yet.
 * @param {string[]} platforms
 * @param {Choice} choice
 */
function stageMain(platforms, { repository, to }) {
  const folder = join(to, 'forkless');
  mkdirSync(folder, { recursive: true });
  const { ok, stdout, output } = npm(['pack', '--json', '--pack-destination', to]);
  if (!ok) throw new Refusal(output);
  const [{ filename }] = JSON.parse(stdout);
  const { status } = spawnSync('tar', ['-xzf', join(to, filename), '-C', folder, '--strip-components=1']);
  if (status !== 0) throw new Refusal(`tar could not unpack ${filename}`);
  rmSync(join(to, filename));
  // Its scripts and tools are those of the repository.
  const { scripts: _, devDependencies: __, napi: ___, tsd: ____, ...manifest } = readJson(join(folder, 'package.json'));
  const optionalDependencies = Object.fromEntries(
    platforms.map((platform) => [`forkless-${platform}`, manifest.version]),
  );
  writeJson(join(folder, 'package.json'), { ...manifest, ...originOf(repository), optionalDependencies });
  return folder;
}

/**
 * Unless a run before this one has: half a release can be run again.
 * @param {string} folder
 */
function publish(folder) {
  const { name, version } = readJson(join(folder, 'package.json'));
  const { ok, stdout } = npm(['view', `${name}@${version}`, 'version']);
  if (ok && stdout.trim()) {
    console.log(`${name}@${version} is there already`);
    return;
  }
  const tag = version.includes('-') ? 'next' : 'latest';
  const result = npm(['publish', folder, '--access', 'public', '--tag', tag]);
  if (!result.ok) throw new Refusal(`${name}@${version} was not published:\n${result.output}`);
  console.log(`${name}@${version} published`);
}

/** @typedef {{ addons: string, repository: string, to: string }} Choice */

/** @param {Choice} choice */
function stage(choice) {
  const platforms = readdirSync(join(root, 'npm'));
  checkVersions(
    [root, ...platforms.map((name) => join(root, 'npm', name))].map((at) => readJson(join(at, 'package.json'))),
  );
  return [...platforms.map((platform) => stagePlatform(platform, choice)), stageMain(platforms, choice)];
}

/** @returns {Choice & { isPublished: boolean }} */
function choice() {
  const { values } = parseArgs({
    options: {
      addons: { type: 'string' },
      repository: { type: 'string', default: env.GITHUB_REPOSITORY },
      to: { type: 'string' },
      publish: { type: 'boolean', default: false },
    },
  });
  const { addons, repository } = values;
  if (!addons || !existsSync(addons)) {
    throw new Refusal('forkless is published by .github/workflows/release.yml: see CONTRIBUTING.md, "Releasing"');
  }
  if (!/^[^/\s]+\/[^/\s]+$/.test(repository ?? '')) throw new Refusal('--repository OWNER/NAME is missing');
  if (!values.to && !values.publish) throw new Refusal('--to FOLDER or --publish is missing');
  const to = resolve(values.to ?? mkdtempSync(join(tmpdir(), 'forkless-release-')));
  if (!values.to) process.on('exit', () => rmSync(to, { recursive: true }));
  return { addons: resolve(addons), repository: String(repository), to, isPublished: values.publish === true };
}

try {
  const { isPublished, ...chosen } = choice();
  const folders = stage(chosen);
  for (const folder of folders) {
    if (isPublished) publish(folder);
    else console.log(folder);
  }
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
