'use strict';
// fds of every family that come with a message and are not what it says, or are: what becomes an object for the built-in
// becomes one for forkless. What does not is closed and answered with a NACK, where the built-in may end.

const { makeFolder, removeFolder } = require('../helpers/folder.js');
const { builtin, forkless } = require('../helpers/modules.js');
const { PATIENCE } = require('../helpers/patience.js');
const { since } = require('../../lib/release.js');
const { NACK, REFUSED, arrives, compileSender, meetings } = require('./sender.js');

const TYPES = ['net.Socket', 'net.Server', 'net.Native', 'dgram.Socket', 'dgram.Native', 'net.BoundSocket'];

const isOneOf =
  (...types) =>
  (type) =>
    types.includes(type);
const BOUND = since('26.10', '24.22') ? ['net.BoundSocket'] : [];
const NATIVE = ['net.Native', 'dgram.Native'];
const SERVER = isOneOf('net.Server', ...NATIVE, ...BOUND);
const CONNECTION = isOneOf('net.Socket', ...NATIVE, ...BOUND);
const UNUSED = isOneOf('net.Socket', 'net.Server', ...NATIVE, ...BOUND);
const PIPE = isOneOf('net.Socket', ...NATIVE);
const UDP = isOneOf('dgram.Socket', ...NATIVE);
const NOTHING = () => false;

/** What there are fds of, the handle they become, and what they are taken for. @type {[string, string, (type: string) => boolean][]} */
const KINDS = [
  ['a TCP server', 'TCP', SERVER],
  ['a TCP server of IPv6', 'TCP', SERVER],
  ['a TCP connection', 'TCP', CONNECTION],
  ['a TCP connection that is closed', 'TCP', CONNECTION],
  ['a TCP connection that was reset', 'TCP', CONNECTION],
  ['a TCP socket', 'TCP', UNUSED],
  ['a TCP socket of IPv6', 'TCP', UNUSED],
  ['a TCP socket that is bound', 'TCP', UNUSED],
  ['an MPTCP server', 'TCP', SERVER],
  ['an SCTP server', 'TCP', SERVER],
  ['a UDP socket', 'UDP', UDP],
  ['a UDP socket of IPv6', 'UDP', UDP],
  ['a UDP socket that is not bound', 'UDP', UDP],
  ['an ICMP socket', 'UDP', UDP],
  ['a raw socket', 'nothing', NOTHING],
  ['a Unix server', 'Pipe', isOneOf('net.Server', ...NATIVE)],
  ['a Unix connection', 'Pipe', PIPE],
  ['a Unix connection that is closed', 'Pipe', PIPE],
  ['a Unix socket', 'Pipe', PIPE],
  ['a Unix datagram socket', 'nothing', NOTHING],
  ['a Unix datagram socket that is bound', 'nothing', NOTHING],
  ['a Unix seqpacket socket', 'nothing', NOTHING],
  ['a Unix seqpacket server', 'nothing', NOTHING],
  ['a netlink socket', 'nothing', NOTHING],
  ['a netlink datagram socket', 'nothing', NOTHING],
  ['a packet socket', 'nothing', NOTHING],
  ["a socket of the kernel's ciphers", 'nothing', NOTHING],
  ['a vsock stream', 'nothing', NOTHING],
  ['a vsock datagram socket', 'nothing', NOTHING],
  ['a file', 'nothing', NOTHING],
  ['a file as a path', 'nothing', NOTHING],
  ['a folder', 'nothing', NOTHING],
  ['/dev/null', 'nothing', NOTHING],
  ['a terminal', 'nothing', NOTHING],
  ['a pipe', 'Pipe', PIPE],
  ["a pipe's other end", 'Pipe', isOneOf(...NATIVE)],
  ['an eventfd', 'nothing', NOTHING],
  ['an epoll', 'nothing', NOTHING],
  ['a timerfd', 'nothing', NOTHING],
  ['an inotify', 'nothing', NOTHING],
  ['a memfd', 'nothing', NOTHING],
  ['a pidfd', 'nothing', NOTHING],
];

/** The class of what such a message brings. */
const classOf = (type, handle) => (type.endsWith('.Native') ? handle : type.slice(type.indexOf('.') + 1));

const casesOf = (kind) => TYPES.map((type) => [kind, { cmd: 'NODE_HANDLE', type, msg: 'forged', dgramType: 'udp4' }]);

let folder;
let sender;
beforeAll(() => {
  folder = makeFolder();
  sender = compileSender(folder);
});
afterAll(() => removeFolder(folder));

/** Whether this machine lets nobody make one. */
const isMissing = ({ words: [{ missing }] }) => missing !== undefined;

describe('forkless', () => {
  let results;
  beforeAll(async () => {
    results = await meetings(
      forkless,
      sender,
      KINDS.flatMap(([kind]) => casesOf(kind)),
      { timeout: 55_000 * PATIENCE },
    );
  });

  test.each(KINDS.map(([kind, handle, takes], index) => [kind, handle, takes, index]))(
    'goes on, with the fds of before: %s',
    (_kind, handle, takes, index) => {
      const found = results.slice(index * TYPES.length, (index + 1) * TYPES.length);
      if (found.length > 0 && found.every(isMissing)) return;
      const expected = TYPES.map((type) => [type, takes(type) ? arrives(classOf(type, handle)) : REFUSED]);
      expect(found.map((result, number) => [TYPES[number], result])).toEqual(expected);
    },
  );
});

describe('node:child_process', () => {
  // It makes a socket that is of no use of what cannot be read.
  const isUnreadable = (kind, type) => type === 'net.Socket' && (kind.includes('server') || kind.endsWith('other end'));

  test.each(KINDS)('where it goes on with no error, the same arrives: %s', async (kind, handle, takes) => {
    const results = await meetings(builtin, sender, casesOf(kind));
    for (const [index, { words, arrived, uncaught }] of results.entries()) {
      const type = TYPES[index];
      if (words.some(({ missing }) => missing) || uncaught.length > 0 || isUnreadable(kind, type)) continue;
      const refused = words[0].heard === NACK;
      expect([type, refused, arrived]).toEqual([type, !takes(type), takes(type) ? [classOf(type, handle)] : []]);
    }
    // It ends by itself at the fds that are files.
    if (results.length < TYPES.length) expect([handle, takes]).toEqual(['nothing', NOTHING]);
  });
});
