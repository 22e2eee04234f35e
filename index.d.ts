/// <reference types="node" preserve="true" />
// The types of node:child_process, and what forkless adds.

import type * as builtin from 'node:child_process';

export * from 'node:child_process';

/** Whether the native addon is at work; `false` where forkless has fallen back to the built-in. Not enumerable. */
export const native: boolean;

/** Why forkless has fallen back to the built-in; `undefined` where `native` is true. Not enumerable. */
export const reason: string | undefined;

/**
 * What `supports()` knows. `drainTimeout`, `forceKillAfterDelay`, `resourceUsage`: with native code. `killDescendants`,
 * `dieWithParent`: where a keeper can be had, too, which takes `/proc` and files in memory that may be run (memfd_create(2),
 * execveat(2)). The others are to come: today they throw wherever they are named.
 */
export type Feature =
  | 'cgroup'
  | 'dieWithParent'
  | 'drainTimeout'
  | 'forceKillAfterDelay'
  | 'killDescendants'
  | 'pty'
  | 'resourceUsage'
  | 'rlimits'
  | 'sandbox'
  | 'stdout'
  | 'unix-pipe';

/**
 * Whether an option can be had here, for all functions that take it. Where it cannot, a call that names it throws
 * ERR_FEATURE_UNAVAILABLE_ON_PLATFORM, with `feature` and `reason`, and starts nothing. Not enumerable.
 */
export function supports(feature: Feature): boolean;

/** Options that end a child for certain. Only a caller's own properties count. */
export interface LifetimeOptions {
  /**
   * Milliseconds after 'exit' for which others, as a grandchild, may hold the streams open; 0: not at all. All that the
   * child itself has written is delivered, then each stream emits 'end', and 'close' follows. Without native code the
   * asynchronous functions emulate it, and the blocking ones throw.
   * @default false
   * @throws ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  drainTimeout?: number | false | undefined;

  /**
   * Milliseconds from the first signal that was to end the child to SIGKILL: kill() with SIGTERM, SIGINT, SIGHUP or
   * SIGQUIT, a timeout, an AbortSignal, maxBuffer, stop(). Holds while JavaScript is busy. Without native code a timer
   * keeps the time for the asynchronous functions, and the blocking ones throw.
   * @default false
   * @throws ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE
   */
  forceKillAfterDelay?: number | false | undefined;

  /**
   * The child owns all that it starts, wherever that goes: another session, another group, a daemon. `true`: what ends the
   * child ends them all, be it kill(), a timeout, an AbortSignal, maxBuffer or stop(). `'exit'`: so does the child's own end.
   * The session and the group stay as they are, so Ctrl+C and job control do. A signal for the child alone:
   * `process.kill(child.pid, signal)`. A keeper stands between the two, so the child's parent is that. When a blocking
   * function returns, they are gone. Without native code it throws.
   * @default false
   * @throws ERR_INVALID_ARG_TYPE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
   */
  killDescendants?: boolean | 'exit' | undefined;

  /**
   * However this program ends, SIGKILL and the OOM killer included, the child and all that it has started are killed. That
   * holds for the program, and not for the worker that made the call; `detached` and unref() do not lift it. By a keeper, as
   * `killDescendants`. Without native code it throws.
   * @default false
   * @throws ERR_INVALID_ARG_TYPE, ERR_FEATURE_UNAVAILABLE_ON_PLATFORM
   */
  dieWithParent?: boolean | undefined;
}

/** How sure it is that nothing gets away that a child starts; `'group'` and `'tasks'` are for platforms to come. */
export type Containment = 'tree' | 'group' | 'tasks' | 'none';

/** What the asynchronous functions take, too. */
export interface InputOptions {
  /**
   * All of the child's stdin, then its end; `stdio[0]` must be a pipe, and `child.stdin` is null. A child that ends without
   * reading it is no error. An input that fails ends the child as an AbortSignal does, with the input's own error.
   * @throws ERR_INVALID_ARG_TYPE, ERR_INVALID_ARG_VALUE
   */
  input?:
    | string
    | NodeJS.ArrayBufferView
    | NodeJS.ReadableStream
    | ReadableStream
    | AsyncIterable<string | NodeJS.ArrayBufferView>
    | null
    | undefined;
}

/** Who asked for the end of a child. */
export type EndReason = 'timeout' | 'abort' | 'maxBuffer' | 'stop' | 'kill';

/**
 * What a child and those of its children that it has waited for have used, as `process.resourceUsage()`: times in
 * microseconds, sizes in kilobytes. Source: getrusage(2)
 */
export interface ChildResourceUsage extends Omit<NodeJS.ResourceUsage, 'maxRSS'> {
  /**
   * The most memory; undefined where it is not above this program's own peak at the start. The kernel begins a child's peak
   * at that of the memory that it was cloned into, so a lower number would say nothing of the child.
   */
  maxRSS: number | undefined;
}

/** How a child has ended. */
export interface ExitResult {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** undefined: the child has ended by itself, or somebody else has ended it. */
  reason: EndReason | undefined;
  /** Whether it took SIGKILL (`forceKillAfterDelay`, `stop()`). */
  forced: boolean;
  /** Whether others held the streams open, and `drainTimeout` has ended them. */
  drained: boolean;
  /** null without native code. */
  resourceUsage: ChildResourceUsage | null;
}

/** The error of a start that failed: Node's own, with a cause where it was not the program that failed. */
export interface StartError extends NodeJS.ErrnoException {
  /** Not enumerable. */
  cause?: NodeJS.ErrnoException & {
    syscall: 'chdir' | 'dup2' | 'execve' | 'open' | 'setgid' | 'setuid';
    /** What the program needs to run: the file that its `#!` line or its ELF header names. */
    interpreter?: string;
  };
}

/** Of `child.stop()`. */
export interface StopOptions {
  /** Milliseconds of each wait. Default: the child's `forceKillAfterDelay`, or 5000. */
  grace?: number;
  /** Default: the child's `killSignal`, or SIGTERM. */
  signal?: NodeJS.Signals | number;
}

declare module 'node:child_process' {
  interface SpawnOptions extends LifetimeOptions, InputOptions {}
  interface ExecOptions extends LifetimeOptions, InputOptions {}
  interface ExecFileOptions extends LifetimeOptions, InputOptions {}
  interface ForkOptions extends LifetimeOptions, InputOptions {}
  interface SpawnSyncOptions extends LifetimeOptions {}
  interface ExecSyncOptions extends LifetimeOptions {}
  interface ExecFileSyncOptions extends LifetimeOptions {}

  interface SpawnSyncReturns<T> {
    /** Not enumerable; null where nothing was started, and without native code. On the errors of the other two as well. */
    readonly resourceUsage: ChildResourceUsage | null;
  }

  interface ChildProcess {
    /**
     * Resolves at 'close', and is rejected only where the child could not be started. Made when somebody asks for it; it
     * changes nothing about 'error'.
     */
    readonly exited: Promise<ExitResult>;

    /**
     * Ends stdin, waits, sends a signal, waits, sends SIGKILL; leaves out what is no longer needed. Resolves as `exited`. The
     * event loop stays alive for it, also after `unref()`.
     * @throws ERR_OUT_OF_RANGE, ERR_INVALID_ARG_TYPE, ERR_UNKNOWN_SIGNAL
     */
    stop(options?: StopOptions): Promise<ExitResult>;

    /** `await using child = spawn(...)`: stop(). */
    [Symbol.asyncDispose](): Promise<void>;

    /**
     * Signals the child and all that it has started, and resolves when nobody of them is left, SIGKILL after
     * `forceKillAfterDelay` included. Resolves to the pids of those that are left all the same: who is another user's, or has
     * survived the signal for five seconds. Without `killDescendants` or `dieWithParent` those are meant that are still linked
     * to the child by parenthood. Default: SIGTERM; 0 only asks who is there.
     * @throws ERR_UNKNOWN_SIGNAL
     */
    killTree(signal?: NodeJS.Signals | number): Promise<number[]>;

    /**
     * The pids of all that the child has started, now. With `killDescendants` or `dieWithParent` also of those whose parent
     * has ended, and after the child's own end.
     * @throws ERR_FEATURE_UNAVAILABLE_ON_PLATFORM without native code, where there is no ps(1)
     */
    descendants(): number[];

    /** `'tree'`: none gets away, by `killDescendants` or `dieWithParent`. `'none'`: neither was asked for. Not enumerable. */
    readonly containment: Containment;

    /** null until 'exit', and without native code. */
    resourceUsage(): ChildResourceUsage | null;
  }
}

/** What the functions are without @types/node. A compiler that does not look at libraries would not say a word of it. */
interface TypesOfNodeAreMissing {
  'npm install --save-dev @types/node': never;
}

/** In a tuple, for what cannot be resolved is `any` that goes through all else. */
type Typed<T> = [0] extends [1 & T] ? TypesOfNodeAreMissing : T;

export const exec: Typed<typeof builtin.exec>;
export const execFile: Typed<typeof builtin.execFile>;
export const execFileSync: Typed<typeof builtin.execFileSync>;
export const execSync: Typed<typeof builtin.execSync>;
export const fork: Typed<typeof builtin.fork>;
export const spawn: Typed<typeof builtin.spawn>;
export const spawnSync: Typed<typeof builtin.spawnSync>;
