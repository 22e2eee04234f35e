'use strict';
// What the starts of the sandboxes leave out: node programs.js MODULE prints a line [name, result] for each.
// MODULE is the built-in's name or the path of forkless's index.js.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const [modulePath] = process.argv.slice(2);
const isBuiltin = modulePath === 'node:child_process';
const register = path.join(__dirname, '../../register.js');

/** Each is told which module it is for. */
const CASES = { ...require('./cases/crowds.js'), ...require('./cases/children.js') };

/** Programs of their own: file in programs/, and how forkless comes into them. */
const PROGRAMS = {
  'cluster, required': ['cluster.js', '--require'],
  'cluster, imported': ['cluster.js', '--import'],
  'register by --require, a CommonJS module': ['registered.js', '--require'],
  'register by --import, an ES module': ['registered.mjs', '--import'],
};

/** @param {string} file @param {string} flag */
function resultOfProgram(file, flag) {
  const flags = isBuiltin ? [] : [flag, register];
  const args = [...flags, path.join(__dirname, 'programs', file)];
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  return { status, signal, stdout, stderr };
}

function importedNames() {
  const url = JSON.stringify(isBuiltin ? modulePath : `file://${modulePath}`);
  const source = `
    import * as all from ${url};
    import { execFileSync, spawn } from ${url};
    const child = spawn('echo', ['imported'], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('close', (code) => console.log(code, String(execFileSync('echo', ['sync'])), Object.keys(all.default).sort().join()));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', source], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

async function main() {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'forkless-programs-')));
  fs.chmodSync(folder, 0o755);
  const context = { module: require(modulePath), path: modulePath, folder };
  for (const [name, run] of Object.entries(CASES)) {
    process.stdout.write(`${JSON.stringify([name, await run(context)])}\n`);
  }
  for (const [name, [file, flag]] of Object.entries(PROGRAMS)) {
    process.stdout.write(`${JSON.stringify([name, resultOfProgram(file, flag)])}\n`);
  }
  process.stdout.write(`${JSON.stringify(['an import, with every name', importedNames()])}\n`);
  fs.rmSync(folder, { recursive: true });
}

main();
