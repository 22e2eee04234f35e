'use strict';
// A program that knows nothing of forkless, by require().

const { execFile, execSync, fork, spawn, spawnSync } = require('node:child_process');

if (process.argv[2] === 'child') {
  process.on('message', (message) => process.send(message, () => process.disconnect()));
} else {
  const told = [String(execSync('echo shell')), String(spawnSync('cat', { input: 'fed' }).stdout)];
  const child = fork(__filename, ['child']);
  child.send({ to: 'and fro' });
  child.on('message', (message) => told.push(message));
  child.on('close', (code) => {
    execFile('echo', ['file'], (error, stdout) => {
      spawn('sh', ['-c', 'exit 3']).on('close', (end) => console.log(JSON.stringify([told, code, error, stdout, end])));
    });
  });
}
