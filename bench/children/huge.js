'use strict';
// Asked for `{ bytes }`, sends one message of that length. Made before the answer to
// 'ready', so that making it is not measured.

process.once('message', (/** @type {{ bytes: number }} */ { bytes }) => {
  const text = 'x'.repeat(bytes);
  process.on('message', () => process.send?.(text));
  process.send?.('made');
});
process.send?.('ready');
