'use strict';
// Where the tests and the Node they belong to come from: Debian's source package
// of nodejs, by the machine's own apt, and npm. Both are kept in a cache folder
// outside this tree; nothing of the system's apt configuration is changed.

const { spawnSync } = require('node:child_process');
const { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { dirname, join } = require('node:path');
const { fetchNode, make, run } = require('../scripts/fetch.js');

const VERSION = '18.20.4';

const cache = process.env.XDG_CACHE_HOME
  ? join(process.env.XDG_CACHE_HOME, 'forkless-conformance')
  : join(tmpdir(), 'forkless-conformance');

/** The node binary of that version. @returns {string} its path */
const fetchItsNode = () => fetchNode(VERSION, join(cache, `node-linux-${process.arch}-${VERSION}`));

/** Node's source tree of that version, its tests with it. @returns {string} its path */
function fetchTree() {
  const tree = join(cache, `node-${VERSION}`);
  make(tree, (unfinished) => {
    const archive = downloadArchive();
    const parts = ['test', 'doc', 'tools', 'benchmark', 'lib'].map((part) => `*/${part}/*`);
    run('tar', ['-xf', archive, '-C', unfinished, '--strip-components=1', '--wildcards', ...parts]);
  });
  return tree;
}

/**
 * Puts two programs beside node that Node's build has there and that some tests skip themselves without,
 * as far as the machine has what they are made of.
 * @param {string} node
 * @param {string} tree
 */
function addPrograms(node, tree) {
  const [openssl, checker] = ['openssl-cli', 'overlapped-checker'].map((name) => join(dirname(node), name));
  const which = (/** @type {string} */ name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout?.trim();
  const [systemOpenssl, compiler] = ['openssl', 'cc'].map(which);
  if (systemOpenssl && !existsSync(openssl)) symlinkSync(systemOpenssl, openssl);
  if (compiler && !existsSync(checker)) {
    run(compiler, ['-w', '-o', checker, join(tree, 'test/overlapped-checker/main_unix.c')]);
  }
}

/** @returns {string} the path of the source archive */
function downloadArchive() {
  const folder = join(cache, 'archives');
  const find = () => readdirSync(folder).find((name) => /^nodejs_.*\.orig\.tar\.\w+$/.test(name));
  mkdirSync(folder, { recursive: true });
  if (!find()) {
    const options = aptOptions();
    run('apt-get', [...options, 'update']);
    const offered = run('apt-cache', [...options, 'showsrc', '--only-source', 'nodejs']).match(/(?<=^Version: ).*$/gm);
    const version = offered?.find((name) => name.startsWith(VERSION));
    if (!version) {
      throw new Error(
        `apt offers the source of nodejs in ${offered ? offered.join(', ') : 'no version'}, not in ${VERSION}.\n` +
          `Debian 12 has it; run this there, or put its archive (nodejs_${VERSION}*.orig.tar.xz) into ${folder}.`,
      );
    }
    run('apt-get', [...options, 'source', '--download-only', '--tar-only', `nodejs=${version}`], folder);
  }
  return join(folder, String(find()));
}

/**
 * Options that make apt read the source packages of where it gets its binary
 * ones from, with lists of its own.
 */
function aptOptions() {
  const sources = join(cache, 'apt/sources');
  const lists = join(cache, 'apt/lists');
  mkdirSync(sources, { recursive: true });
  mkdirSync(join(lists, 'partial'), { recursive: true });
  for (const path of systemSources()) {
    const text = readFileSync(path, 'utf8');
    const forSources = path.endsWith('.sources')
      ? text.replace(/^Types:.*$/gm, 'Types: deb-src')
      : text.replace(/^deb-src\s.*$/gm, '').replace(/^deb\s/gm, 'deb-src ');
    writeFileSync(join(sources, path.replaceAll('/', '_')), forSources);
  }
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': sources,
    'Dir::State::Lists': lists,
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    // The cache may be a place that apt's own user cannot read.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/** The files that say where apt gets its packages from. */
function systemSources() {
  const parts = '/etc/apt/sources.list.d';
  const more = existsSync(parts) ? readdirSync(parts).map((name) => join(parts, name)) : [];
  return ['/etc/apt/sources.list', ...more].filter((path) => /\.(list|sources)$/.test(path) && existsSync(path));
}

module.exports = { addPrograms, cache, fetchItsNode, fetchTree };
