// A program that knows nothing of forkless, by import.

import childProcess, { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';

const child = spawn('tr', ['a-z', 'A-Z']);
child.stdin.end('through tr');
const [end, output] = await Promise.all([once(child, 'close'), text(child.stdout)]);
const { stdout } = await promisify(childProcess.exec)('echo promised');
console.log(
  JSON.stringify([end, output, stdout, String(execFileSync('echo', ['sync'])), childProcess.spawn === spawn]),
);
