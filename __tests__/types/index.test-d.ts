// The types of forkless are those of node:child_process, and `native`.

import type * as builtin from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { expectAssignable, expectError, expectType } from 'tsd';
import * as forkless from '../..';
import {
  ChildProcess,
  type ChildProcessByStdio,
  type ChildProcessWithoutNullStreams,
  native,
  type SpawnOptions,
  spawn,
  spawnSync,
} from '../..';
import '../../register';

// What we add.
expectType<boolean>(native);
expectError(Object.assign(forkless, {}).native.length);

expectType<boolean>(forkless.supports('drainTimeout'));
expectType<boolean>(forkless.supports('killDescendants'));
expectError(forkless.supports('magic'));

// Options of ours, with the overloads of Node's.
const options = { drainTimeout: 100, forceKillAfterDelay: false } satisfies forkless.LifetimeOptions;
expectType<ChildProcessWithoutNullStreams>(spawn('ls', { ...options }));
expectType<ChildProcessByStdio<null, Readable, null>>(spawn('ls', { ...options, stdio: ['ignore', 'pipe', 'ignore'] }));
expectAssignable<ChildProcess>(spawn('cat', { input: 'text' }));
expectAssignable<ChildProcess>(forkless.exec('cat', { input: Buffer.alloc(1) }, () => {}));
forkless.exec('ls', { ...options, encoding: 'buffer' }, (_error, stdout) => expectAssignable<Buffer>(stdout));
forkless.exec('ls', { ...options, encoding: 'utf8' }, (_error, stdout) => expectType<string>(stdout));
expectAssignable<ChildProcess>(forkless.execFile('cat', { input: process.stdin }));
expectAssignable<ChildProcess>(forkless.fork('x.js', { input: new ReadableStream(), silent: true, ...options }));
expectAssignable<ChildProcess>(
  spawn('cat', {
    input: (async function* () {
      yield 'text';
    })(),
  }),
);
expectType<string>(forkless.execSync('ls', { ...options, encoding: 'utf8' }));
expectType<string>(forkless.execFileSync('ls', { ...options, encoding: 'utf8' }));
expectError(spawn('ls', { drainTimeout: '100' }));
expectError(spawn('ls', { forceKillAfterDelay: true }));
expectError(spawn('ls', { input: 5 }));
const kept = { killDescendants: 'exit', dieWithParent: true } satisfies forkless.LifetimeOptions;
expectType<ChildProcessWithoutNullStreams>(spawn('ls', { ...kept }));
expectAssignable<ChildProcess>(forkless.fork('x.js', { killDescendants: true }));
expectAssignable<ChildProcess>(forkless.exec('ls', { dieWithParent: false, killDescendants: undefined }));
expectType<string>(forkless.execSync('ls', { ...kept, encoding: 'utf8' }));
expectError(spawn('ls', { killDescendants: 'always' }));
expectError(spawn('ls', { dieWithParent: 'exit' }));
expectError(spawnSync('ls', { killDescendants: 1 }));
expectType<number | undefined>(spawnSync('ls', options).resourceUsage?.maxRSS);

// What a child has besides.
expectType<Promise<forkless.ExitResult>>(spawn('ls').exited);
expectType<Promise<forkless.ExitResult>>(spawn('ls').stop({ grace: 100, signal: 'SIGINT' }));
expectType<Promise<void>>(spawn('ls')[Symbol.asyncDispose]());
expectType<number | undefined>(spawn('ls').resourceUsage()?.userCPUTime);
expectError(spawn('ls').stop({ grace: '100' }));
expectType<Promise<number[]>>(spawn('ls').killTree());
expectType<Promise<number[]>>(spawn('ls').killTree('SIGINT'));
expectError(spawn('ls').killTree('SIGNAL'));
expectType<number[]>(spawn('ls').descendants());
expectError(spawn('ls').descendants('all'));
expectType<forkless.Containment>(spawn('ls').containment);
spawn('ls').exited.then(({ reason }) => expectType<forkless.EndReason | undefined>(reason));
const failure = new Error('spawn ls ENOENT') as forkless.StartError;
expectAssignable<string | undefined>(failure.cause?.path);

// The whole of the built-in's surface, so that one can stand for the other.
expectAssignable<typeof builtin>(forkless);
expectType<typeof builtin.spawn>(spawn);
expectType<typeof builtin.exec>(forkless.exec);
expectType<typeof builtin.execFile>(forkless.execFile);
expectType<typeof builtin.fork>(forkless.fork);
expectType<typeof builtin.spawnSync>(spawnSync);
expectType<typeof builtin.execSync>(forkless.execSync);
expectType<typeof builtin.execFileSync>(forkless.execFileSync);
expectType<builtin.ChildProcess>(spawn('ls', { stdio: 'inherit' }));

// The overloads of spawn: arguments and options in any legal place, streams by stdio.
expectType<ChildProcessWithoutNullStreams>(spawn('ls'));
expectType<ChildProcessWithoutNullStreams>(spawn('ls', ['-l'] as const, { cwd: new URL('file:///') }));
expectType<ChildProcessByStdio<Writable, Readable, null>>(spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] }));
expectType<ChildProcess>(spawn('cat', [], { stdio: ['ignore', 3, process.stderr, 'ipc'] } satisfies SpawnOptions));
expectError(spawn());
expectError(spawn(1));
expectError(spawn('ls', '-l'));
expectError(spawn('ls', [], { stdio: 'terminal' }));
expectError(spawn('ls', [], { cwd: 1 }));

// ChildProcess: a class to extend and to test against, with typed events.
const child: ChildProcess = spawn('ls');
expectType<number | undefined>(child.pid);
expectType<Writable | null>(child.stdin);
expectAssignable<Readable | Writable | null | undefined>(child.stdio[3]);
expectType<boolean>(child.kill('SIGTERM'));
expectType<boolean>(child.kill(9));
expectError(child.kill('SIGNAL'));
child.on('exit', (code, signal) => {
  expectType<number | null>(code);
  expectType<NodeJS.Signals | null>(signal);
});
child.on('error', (error) => expectType<Error>(error));
expectType<boolean>(({} as unknown) instanceof ChildProcess);
expectType<string>(spawnSync('ls', { encoding: 'utf8' }).stdout);
