'use strict';
// Children and errors as plain data that is the same in every run.

/**
 * The events of a child up to its 'close', in their order, and what it wrote.
 * @param {any} child
 * @returns {Promise<object>}
 */
function story(child) {
  /** @type {any[]} */
  const events = [];
  const written = { stdout: collect(child.stdout), stderr: collect(child.stderr) };
  const pid = typeof child.pid;
  child.on('spawn', () => events.push(['spawn']));
  child.on('error', (/** @type {any} */ error) => events.push(['error', describe(error)]));
  child.on('exit', (...end) => events.push(['exit', ...end]));
  return new Promise((resolve) => {
    child.on('close', (...end) => {
      events.push(['close', ...end]);
      resolve({ pid, events, stdout: written.stdout(), stderr: written.stderr() });
    });
  });
}

/** Reads a stream; gives a function that tells what has come. @param {any} stream */
function collect(stream) {
  if (!stream) return () => stream;
  let text = '';
  stream.setEncoding('utf8').on('data', (/** @type {string} */ chunk) => {
    text += chunk;
  });
  return () => text;
}

/** @param {any} error */
function describe(error) {
  const { code, syscall, path, spawnargs, killed, signal, cmd, status, stdout, stderr } = error;
  return {
    name: error.name,
    message: error.message,
    code,
    syscall,
    path,
    spawnargs,
    killed,
    signal,
    cmd,
    status,
    stdout,
    stderr,
  };
}

/** What a call throws. @param {() => unknown} call */
function thrownBy(call) {
  try {
    call();
  } catch (error) {
    return describe(error);
  }
  return 'nothing thrown';
}

/**
 * A child that is seen to run, or has ended: where its program is refused something, a signal would come before its
 * end or after it by chance. And its exit code, to come.
 * @param {any} module
 * @param {object} [options]
 */
async function running(module, options) {
  const child = module.spawn('cat', options);
  const end = codeOf(child);
  child.stdin.on('error', () => {}).write('up');
  await Promise.race([end, new Promise((resolve) => child.stdout.once('data', resolve))]);
  return { child, end };
}

/** The exit code of a child. @param {any} child @returns {Promise<number | string>} */
const codeOf = (child) => new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));

module.exports = { codeOf, describe, running, story, thrownBy };
