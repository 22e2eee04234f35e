'use strict';
// A tree in a terminal: Ctrl-C and job control are as without a keeper.

const fs = require('node:fs');
const { closed } = require('../helpers/children.js');
const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, FORKLESS } = require('../helpers/modules.js');
const { statOf } = require('../helpers/proc.js');
const { ROOT } = require('../helpers/script.js');
const { until } = require('../helpers/until.js');
const { Tree } = require('./trees.js');

let folder;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => removeFolder(folder));

/** Each of the tree tells its SIGINTs. With the second in all it ends. */
const LISTENER = `trap 'echo "<INT $1>"' INT; echo "<ready $1>"; while :; do read -t 1 line <>/dev/null; sleep 0.05; done`;

/** What a test has started. @type {{ tree: Tree, end: Promise<unknown> }[]} */
const started = [];

afterEach(async () => {
  for (const { tree, end } of started.splice(0)) {
    tree.kill();
    await end;
  }
});

/**
 * A Node in a terminal of its own.
 * @param {string} body
 * @param {(command: string) => string} [shell] what runs the command there
 */
function inTerminal(body, shell = (command) => `exec ${command}`) {
  const tree = new Tree();
  const source = `const { spawn } = require(${JSON.stringify(FORKLESS)}); ${body}`;
  const file = `${folder}/program.js`;
  fs.writeFileSync(file, source);
  const options = { cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'], env: tree.env({ LISTENER }) };
  const terminal = builtin.spawn('script', ['-qec', shell(`${process.execPath} ${file}`), '/dev/null'], options);
  const seen = { text: '' };
  terminal.stdout.on('data', (data) => {
    seen.text += data;
  });
  const end = closed(terminal);
  started.push({ tree, end });
  /** @param {RegExp} pattern @param {number} count */
  const says = (pattern, count) => until(() => (seen.text.match(pattern) ?? []).length >= count);
  return { tree, terminal, end, seen, says };
}

const START = (options) => `
  process.on('SIGINT', () => console.log('<INT node>'));
  const script = 'bash -c "$LISTENER" bash below & eval "$LISTENER"';
  const child = spawn('bash', ['-c', script, 'bash', 'child'], { stdio: 'inherit', ...${JSON.stringify(options)} });
  child.on('close', (code, signal) => process.exit(signal ? 9 : code));`;

test.each([[{}], [{ killDescendants: true, dieWithParent: true }]])(
  'Ctrl-C reaches all of it once (%j)',
  async (options) => {
    const { tree, terminal, end, seen, says } = inTerminal(START(options));
    expect(await says(/<ready \w+>/g, 2)).toBe(true);
    terminal.stdin.write('\x03');
    // bash ignores SIGINT in what it has started by "&".
    expect(await says(/<INT (node|child)>/g, 2)).toBe(true);
    terminal.stdin.write('\x03');
    expect(await says(/<INT (node|child)>/g, 4)).toBe(true);
    expect(seen.text.match(/<INT \w+>/g).sort()).toEqual(['<INT child>', '<INT child>', '<INT node>', '<INT node>']);
    tree.kill();
    await end;
    expect(await tree.gone()).toEqual([]);
  },
);

test.each([
  ['without', {}],
  ['with', { killDescendants: true, dieWithParent: true }],
])('Ctrl-Z and fg in a shell with job control: all of it stops and goes on, %s a keeper', async (_name, options) => {
  const jobs = (command) => `exec bash -c 'set -m; ${command}; echo "<stopped $?>"; read line; fg >/dev/null'`;
  const { tree, terminal, end, says } = inTerminal(START(options), jobs);
  expect(await says(/<ready \w+>/g, 2)).toBe(true);
  const states = () => tree.alive().map((pid) => `${statOf(pid)?.name} ${statOf(pid)?.state}`);
  // node and the two shells of the tree; bash, which has them as a job, goes on.
  const stopped = () => states().filter((state) => state.endsWith(' T')).length;
  terminal.stdin.write('\x1a');
  expect(await says(/<stopped 148>/g, 1)).toBe(true);
  expect(await until(() => stopped() >= 3)).toBe(true);
  terminal.stdin.write('\n');
  expect(await until(() => stopped() === 0)).toBe(true);
  terminal.stdin.write('\x03');
  expect(await says(/<INT child>/g, 1)).toBe(true);
  tree.kill();
  await end;
  expect(await tree.gone()).toEqual([]);
});

test('all end when the terminal hangs up with dieWithParent, though they ignore SIGHUP', async () => {
  const { tree, terminal, end, says } = inTerminal(`
    spawn('sh', ['-c', 'trap "" HUP; setsid -f sleep 600; echo "<ready it>"; exec sleep 600'],
      { stdio: 'inherit', dieWithParent: true });`);
  expect(await says(/<ready it>/g, 1)).toBe(true);
  terminal.kill('SIGKILL');
  await end;
  expect(await tree.gone()).toEqual([]);
});
