'use strict';
// What goes over the channel, to the byte, and what the child is told of it.

const v8 = require('node:v8');
const dgram = require('node:dgram');
const { once } = require('node:events');
const { output } = require('../helpers/children.js');
const { builtin, describeEach, forkless } = require('../helpers/modules.js');
const { Inbox, gone, rawNode } = require('./nodes.js');
const { connectTo, destroyed, listening } = require('./sockets.js');

/** Sends back, as a message, what came until there are `count` bytes; says that it has the handle, if there is one. */
function record(channel, count) {
  const chunks = [];
  channel.on('data', (chunk) => {
    chunks.push(chunk);
    const all = Buffer.concat(chunks);
    if (all.length < count) return;
    if (all.includes('NODE_HANDLE')) channel.write('{"cmd":"NODE_HANDLE_ACK"}\n');
    channel.end(`${JSON.stringify(all.toString('latin1'))}\n`);
  });
}

/** Sends back what came until there is a marker, over a channel of the advanced serialization. */
function recordBlocks(channel) {
  const chunks = [];
  channel.on('data', (chunk) => {
    chunks.push(chunk);
    const all = Buffer.concat(chunks);
    if (!all.includes('THE END')) return;
    const block = require('node:v8').serialize(all.toString('latin1'));
    const head = Buffer.alloc(4);
    head.writeUInt32BE(block.length);
    channel.end(Buffer.concat([head, block]));
  });
}

/** What `send(child)` puts on the wire. */
async function bytesOf(module, count, send) {
  const child = rawNode(module, record, [count]);
  const inbox = new Inbox(child);
  await send(child);
  const bytes = await inbox.message();
  await gone(child);
  return bytes;
}

/** Strings that are themselves between quotes, those that are not, and both around the sizes of buffers. */
const STRINGS = [
  ...[
    '',
    'a',
    '"',
    '\\',
    '\n',
    '\t',
    '\0',
    '\x1f',
    ' ',
    '\x7f',
    '\x80',
    'é',
    '\u2028',
    '\ufffd',
    '€',
    '😀',
    '\ud83d',
    '\ude00',
  ],
  ...['a"b', '"a"', 'a\\', 'ends in é', 'NODE_x', '{"cmd":"NODE_x"}', '</script>'],
  ...[4095, 4096, 4097, 65_533, 65_534, 65_535, 300_000].flatMap((length) => {
    const plain = 'x'.repeat(length);
    return [plain, `${plain}"`, `\\${plain}`, `${plain}é`, `${plain}\ud83d`, `${plain}\n${plain}`];
  }),
];

/** Writes each string that comes as a line of its own. */
function recite(channel) {
  let text = '';
  channel.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
    if (!text.endsWith('\n')) return;
    channel.write(`${JSON.parse(text)}\n`);
    text = '';
  });
  channel.on('end', () => channel.end());
}

describeEach('json on the wire', (module) => {
  test('a string is what JSON.stringify makes of it', async () => {
    const expected = Buffer.from(STRINGS.map((string) => `${JSON.stringify(string)}\n`).join('')).toString('latin1');
    const bytes = await bytesOf(module, expected.length, (child) => {
      for (const string of STRINGS) child.send(string);
    });
    expect(bytes === expected).toBe(true);
  });

  test('a line that comes alone is what JSON.parse makes of it', async () => {
    const escaped = STRINGS.map((string) =>
      JSON.stringify(string).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
    );
    const odd = ['  "a"  ', '"a"\r', '"\\/"', '"\\u0061"', '["a"]', '"\x7f"'];
    const lines = [...STRINGS.map((string) => JSON.stringify(string)), ...escaped, ...odd];
    const child = rawNode(module, recite);
    const inbox = new Inbox(child);
    for (const line of lines) {
      child.send(line);
      const message = await inbox.message();
      expect(JSON.stringify(message) === JSON.stringify(JSON.parse(line))).toBe(true);
    }
    child.disconnect();
    await gone(child);
  });

  test('one JSON text a line', async () => {
    const expected = '"a\\nb"\n{"x":[1,null]}\n5\n';
    const bytes = await bytesOf(module, expected.length, (child) => {
      child.send('a\nb');
      child.send({ x: [1, undefined] });
      child.send(5);
    });
    expect(bytes).toBe(expected);
  });

  test('letters are UTF-8', async () => {
    const expected = Buffer.from('"é😀"\n').toString('latin1');
    expect(await bytesOf(module, expected.length, (child) => child.send('é😀'))).toBe(expected);
  });

  test('a server goes with what it is', async () => {
    const server = await listening();
    const expected = '{"cmd":"NODE_HANDLE","type":"net.Server","msg":{"a":1}}\n';
    expect(await bytesOf(module, expected.length, (child) => child.send({ a: 1 }, server))).toBe(expected);
    await once(server.close(), 'close');
  });

  test('a dgram.Socket says of which type it is', async () => {
    const socket = dgram.createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const expected = '{"cmd":"NODE_HANDLE","type":"dgram.Socket","msg":"u","dgramType":"udp4"}\n';
    expect(await bytesOf(module, expected.length, (child) => child.send('u', socket))).toBe(expected);
    await once(socket.close(), 'close');
  });

  test('a connection names its server', async () => {
    const server = await listening();
    const { client, accepted } = await connectTo(server);
    const expected = '{"cmd":"NODE_HANDLE","type":"net.Socket","msg":"s","key":"4:127.0.0.1:0"}\n';
    expect(await bytesOf(module, expected.length, (child) => child.send('s', accepted))).toBe(expected);
    await destroyed(client);
    // Its 'close' does not come: net.Server waits for the child, which is no more.
    server.close();
  });
});

test('advanced: a length of four bytes, then the same block as the built-in writes', async () => {
  const messages = [{ a: [1n, undefined] }, Buffer.from('xyz'), new Map([[1, new Float64Array([1])]]), 'é', 'plain'];
  const send = (child) => {
    for (const message of messages) child.send(message);
  };
  const seen = [];
  for (const module of [builtin, forkless]) {
    const child = rawNode(module, recordBlocks, [], { serialization: 'advanced' });
    const inbox = new Inbox(child);
    send(child);
    child.send('THE END');
    seen.push(await inbox.message());
    await gone(child);
  }
  expect(seen[1]).toBe(seen[0]);
  let bytes = Buffer.from(seen[0], 'latin1');
  const blocks = [];
  while (bytes.length > 0) {
    const end = 4 + bytes.readUInt32BE(0);
    blocks.push(bytes.subarray(4, end));
    bytes = bytes.subarray(end);
  }
  expect(blocks.length).toBe(messages.length + 1);
  // What a version of V8 has at the start of its blocks.
  const header = v8.serialize(0).subarray(0, 2);
  for (const block of blocks) expect(block.subarray(0, 2)).toEqual(header);
  expect(v8.deserialize(blocks[3])).toBe('é');
});

describeEach('what the child is told', ({ spawn }) => {
  const script = 'echo "$NODE_CHANNEL_FD $NODE_CHANNEL_SERIALIZATION_MODE"';

  test.each([
    ['the fourth entry', ['ignore', 'pipe', 'inherit', 'ipc'], undefined, '3 json\n'],
    ['the first entry', ['ipc', 'pipe', 'inherit'], undefined, '0 json\n'],
    ['a later entry', ['ignore', 'pipe', 'inherit', 'ignore', 'pipe', 'ipc'], undefined, '5 json\n'],
    ['json by name', ['ignore', 'pipe', 'inherit', 'ipc'], 'json', '3 json\n'],
    ['advanced', ['ignore', 'pipe', 'inherit', 'ipc'], 'advanced', '3 advanced\n'],
  ])('%s', async (_name, stdio, serialization, expected) => {
    const child = spawn('sh', ['-c', script], { stdio, serialization });
    expect(child.stdio[stdio.indexOf('ipc')]).toBe(null);
    expect(await output(child)).toMatchObject({ code: 0, stdout: expected });
  });

  test('nothing without a channel', async () => {
    const env = { ...process.env, NODE_CHANNEL_FD: undefined, NODE_CHANNEL_SERIALIZATION_MODE: undefined };
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'], env });
    expect(await output(child)).toMatchObject({ code: 0, stdout: ' \n' });
  });

  test('it wins over what `env` says', async () => {
    const env = { ...process.env, NODE_CHANNEL_FD: '99', NODE_CHANNEL_SERIALIZATION_MODE: 'advanced' };
    const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env });
    const { stdout } = await output(child);
    expect(stdout).toBe('3 json\n');
  });
});
