'use strict';
// Asked for `{ count }`, sends that many small numbered messages as fast as it can.

process.on('message', (/** @type {{ count: number }} */ { count }) => {
  for (let n = 0; n < count; n++) process.send?.({ n, kind: 'progress', done: false });
});
process.send?.('ready');
