'use strict';
// Streams of children handed to other children, as shells make pipelines: what the first child writes reaches the next,
// and the parent takes nothing of it on the way.

const path = require('node:path');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { describeEach } = require('../helpers/modules.js');
const { reportsOf } = require('../helpers/program.js');

let folder;
beforeEach(() => {
  folder = makeFolder();
});
afterEach(() => removeFolder(folder));

/** Where a child notes that it has written its first line. */
const mark = () => path.join(folder, 'written');

describeEach('one child after the other', (module) => {
  test('echo hi | cat, 60 times, both started in one tick', async () => {
    const [answers] = await reportsOf(module, async ({ spawn }, report) => {
      const { once } = require('node:events');
      const answers = [];
      for (let round = 0; round < 60; round++) {
        const first = spawn('echo', ['hi']);
        const second = spawn('cat', [], { stdio: [first.stdout, 'pipe', 'inherit'] });
        let text = '';
        second.stdout.on('data', (chunk) => {
          text += chunk;
        });
        await once(second, 'close');
        answers.push(text);
      }
      report(answers);
    });
    expect(answers).toEqual(Array(60).fill('hi\n'));
  });

  test('seq 1 100 | grep 5 | wc -l, 20 times', async () => {
    const [answers] = await reportsOf(module, async ({ spawn }, report) => {
      const { once } = require('node:events');
      const answers = [];
      for (let round = 0; round < 20; round++) {
        const seq = spawn('seq', ['1', '100']);
        const grep = spawn('grep', ['5'], { stdio: [seq.stdout, 'pipe', 'inherit'] });
        const wc = spawn('wc', ['-l'], { stdio: [grep.stdout, 'pipe', 'inherit'] });
        let text = '';
        wc.stdout.on('data', (chunk) => {
          text += chunk;
        });
        await once(wc, 'close');
        answers.push(text.trim());
      }
      report(answers);
    });
    expect(answers).toEqual(Array(20).fill('19'));
  });
});

describeEach('a first line that is there before the next start', (module) => {
  test('is not lost when the parent was busy meanwhile, and what comes later follows it', async () => {
    const reports = await reportsOf(
      module,
      ({ spawn }, report, mark) => {
        const { existsSync } = require('node:fs');
        const first = spawn('sh', ['-c', 'echo one; : >"$0"; read go; echo two', mark]);
        while (!existsSync(mark));
        const second = spawn('cat', [], { stdio: [first.stdout, 'pipe', 'inherit'] });
        let text = '';
        second.stdout.on('data', (chunk) => {
          text += chunk;
        });
        second.on('spawn', () => first.stdin.end('go\n'));
        first.on('exit', (code) => report({ first: code }));
        second.on('close', (code) => report({ second: code, text }));
      },
      { args: [mark()] },
    );
    expect(reports).toHaveLength(2);
    expect(reports).toEqual(expect.arrayContaining([{ first: 0 }, { second: 0, text: 'one\ntwo\n' }]));
  });

  test('goes to the child; the parent reads the stream again afterwards', async () => {
    const [lines] = await reportsOf(module, async ({ spawn }, report) => {
      const { once } = require('node:events');
      const writer = spawn('sh', ['-c', 'echo first; read go; echo second']);
      const head = spawn('head', ['-n1'], { stdio: [writer.stdout, 'pipe', 'inherit'] });
      let ofHead = '';
      head.stdout.on('data', (chunk) => {
        ofHead += chunk;
      });
      await once(head, 'close');
      let ofParent = '';
      writer.stdout.on('data', (chunk) => {
        ofParent += chunk;
      });
      writer.stdout.resume();
      writer.stdin.end('go\n');
      await once(writer, 'close');
      report([ofHead, ofParent]);
    });
    expect(lines).toEqual(['first\n', 'second\n']);
  });

  test('is nothing that read() gives in the tick of the start', async () => {
    const [seen] = await reportsOf(
      module,
      ({ spawn }, report, mark) => {
        const { existsSync } = require('node:fs');
        const child = spawn('sh', ['-c', 'echo one; : >"$0"; read go; echo two', mark]);
        while (!existsSync(mark));
        const atOnce = String(child.stdout.read());
        child.stdin.end('go\n');
        let text = '';
        child.stdout.on('readable', () => {
          for (let chunk = child.stdout.read(); chunk !== null; chunk = child.stdout.read()) text += chunk;
        });
        child.on('close', () => report({ atOnce, text }));
      },
      { args: [mark()] },
    );
    expect(seen).toEqual({ atOnce: 'null', text: 'one\ntwo\n' });
  });
});
