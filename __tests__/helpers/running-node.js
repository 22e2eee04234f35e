'use strict';
// What the running Node's own child_process does where Nodes differ: asked of it.

const builtin = require('node:child_process');

const says = (asked, pattern) => pattern.test(Function.prototype.toString.call(asked));

/** Whether the channel `child_process` is told of each child. */
const tellsCreated = says(builtin.ChildProcess, /\.publish\(/);

/** Whether there is a tracing channel `child_process.spawn`. */
const tracesSpawn = says(builtin.ChildProcess.prototype.spawn, /\.start\.publish\(/);

/** Whether a timeout is cleared after a failed start, too. */
const timeoutEndsWithClose = says(builtin.spawn, /once\('close'/);

/** What stands for the output of a start that failed. */
const missingOutput = builtin.spawnSync('/dev/null/none').stdout;

/**
 * Whether a path may be a URL of this kind.
 * @param {URL} cwd
 */
function takesUrl(cwd) {
  try {
    builtin.spawnSync('x', [], { cwd, stdio: 'forkless:refuse' });
  } catch (error) {
    return error.message.includes('forkless:refuse');
  }
  throw new Error('a wrong stdio was not refused');
}

/**
 * Whether a file whose first line names no interpreter is handed to a shell: glibc's execvp(3) does that, to musl's it
 * is ENOEXEC.
 * @param {string} file that can be run and has no such line
 */
const runsBareScript = (file) => builtin.spawnSync(file).error?.code !== 'ENOEXEC';

module.exports = { missingOutput, runsBareScript, takesUrl, tellsCreated, timeoutEndsWithClose, tracesSpawn };
