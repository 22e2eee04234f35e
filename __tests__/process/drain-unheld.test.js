'use strict';
// drainTimeout where nobody holds anything: nothing changes.

const path = require('node:path');
const { describeForms } = require('../helpers/additions.js');
const { next, record } = require('../helpers/children.js');
const { makeFolder, removeFolder, writeScript } = require('../helpers/folder.js');
const { builtin } = require('../helpers/modules.js');
const { endsOf, named } = require('./drain-readers.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

describeForms('where nobody holds anything', (additions) => {
  const SCRIPTS = { output: 'echo out; echo err >&2', 'no output': 'exit 3', much: 'head -c 300000 /dev/zero' };

  test.each(Object.entries(SCRIPTS))(
    '%s: the events are those of the built-in, in their order',
    async (_name, script) => {
      await onEach(builtin, additions, async (module) => {
        const child = module.spawn('sh', ['-c', script], module === additions ? { drainTimeout: 0 } : {});
        const log = endsOf(child);
        for (const stream of child.stdio.slice(1)) stream.resume();
        await next(child, 'close');
        if (module === additions) expect((await child.exited).drained).toBe(false);
        const of = (label, ...events) =>
          named(
            log.filter(([whose]) => whose === label),
            ...events,
          );
        // Which of the two streams is first is nobody's promise.
        return [
          of('child', 'spawn', 'exit', 'close', 'error'),
          of('fd 1', 'end', 'close', 'error'),
          of('fd 2', 'end', 'close', 'error'),
        ];
      });
    },
  );

  test('a module that has a channel', async () => {
    const script = writeScript(path.join(folder, 'says.js'), `process.send('x', () => process.disconnect())`);
    await onEach(builtin, additions, async (module) => {
      const child = module.fork(script, { silent: true, ...(module === additions && { drainTimeout: 0 }) });
      const log = [];
      record(child, 'child', log);
      await next(child, 'close');
      if (module === additions) expect((await child.exited).drained).toBe(false);
      return named(log, 'message', 'disconnect', 'exit', 'close', 'error');
    });
  });
});

/** The second comes to the same as the first. */
async function onEach(first, second, scenario) {
  const expected = await scenario(first);
  expect(await scenario(second)).toEqual(expected);
}
