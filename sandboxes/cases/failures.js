'use strict';
// Starts that fail: emitted where the built-in emits, thrown where it throws.

const fs = require('node:fs');
const path = require('node:path');
const { story, thrownBy } = require('./story.js');

/** More than the kernel takes in one argument. */
const TOO_LONG = 1 << 18;

/** @type {import('../starts.js').Cases} */
module.exports = {
  'a missing program': ({ module }) => story(module.spawn('forkless-no-such-program', ['argument'])),

  'a missing program, stdio ignored': ({ module }) => story(module.spawn('/nowhere/x', { stdio: 'ignore' })),

  'a missing folder': ({ module }) => story(module.spawn('true', { cwd: '/nowhere' })),

  'a file that is no program': ({ module }) => story(module.spawn('/etc/passwd')),

  'a folder as program': ({ module }) => story(module.spawn('/')),

  'a missing interpreter': ({ module, folder }) => {
    const file = path.join(folder, 'no-interpreter');
    fs.writeFileSync(file, '#!/nowhere/interpreter\n', { mode: 0o755 });
    return story(module.spawn('./no-interpreter', { cwd: folder }));
  },

  'a closed fd': ({ module }) => thrownBy(() => module.spawn('true', { stdio: ['ignore', 9999] })),

  'a file in the place of a folder': ({ module }) => thrownBy(() => module.spawn('/etc/passwd/x')),

  'a cwd that is a file': ({ module }) => thrownBy(() => module.spawn('true', { cwd: '/etc/passwd' })),

  'an argument too long': ({ module }) => thrownBy(() => module.spawn('true', ['x'.repeat(TOO_LONG)])),

  'a start after failures': ({ module }) => story(module.spawn('echo', ['well'])),
};
