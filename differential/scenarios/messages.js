'use strict';
// Plans of messages, see ../messages.js.

const fc = require('fast-check');
const { VIEWS } = require('../messages.js');

const leaf = fc.oneof(
  { weight: 6, arbitrary: fc.jsonValue({ maxDepth: 1 }).map((value) => ({ is: 'value', value })) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['NaN', '-0', 'Infinity', '1e300', '0.1'].map((text) => ({ is: 'number', text })),
      ...['undefined', 'undefined'].map((is) => ({ is })),
      ...['0', '-12345678901234567890'].map((text) => ({ is: 'bigint', text })),
      ...[0, 1e12, null].map((time) => ({ is: 'date', time })),
      ...[5, 'boxed', true].map((value) => ({ is: 'boxed', value })),
      ...['\ud800', '\u2028\n\r\0', 'é', '🚀'].map((unit) => ({ is: 'text', unit, times: 3 })),
      { is: 'regexp', source: 'a+' },
      { is: 'error', message: 'odd' },
      { is: 'withToJson', value: 'by toJSON' },
      { is: 'instance', value: 1 },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.record(
      { is: fc.constant('view'), of: fc.constantFrom(...VIEWS), eights: fc.integer({ min: 0, max: 20 }) },
      { noNullPrototype: true },
    ),
  },
  { weight: 1, arbitrary: fc.constant({ is: 'buffer', eights: 2, shared: false }) },
);
const name = fc.constantFrom('a', 'b', 'cmd', '__proto__', '0', 'é', '', 'toString', 'type');
/** @param {string} is @param {Record<string, fc.Arbitrary<any>>} parts */
const plan = (is, parts) => fc.record({ is: fc.constant(is), ...parts }, { noNullPrototype: true });
const items = fc.array(leaf, { maxLength: 3 });
const entries = fc.array(fc.tuple(name, leaf), { maxLength: 3 });
const nested = fc.oneof(
  { weight: 3, arbitrary: leaf },
  plan('array', { items }),
  plan('sparse', { items }),
  plan('object', { entries }),
  plan('bare', { entries }),
  plan('set', { items }),
  plan('map', { entries: fc.array(fc.tuple(leaf, leaf), { maxLength: 3 }) }),
);
/** Ordinary ones that look like internal ones. */
const lookalike = fc
  .constantFrom('NODE_', 'NODE', 'node_x', '', 5)
  .map((value) => ({ is: 'object', entries: [['cmd', { is: 'value', value }]] }));

const message = fc.oneof(
  { weight: 6, arbitrary: nested },
  { weight: 2, arbitrary: plan('object', { entries: fc.array(fc.tuple(name, nested), { maxLength: 3 }) }) },
  { weight: 1, arbitrary: lookalike },
  { weight: 1, arbitrary: fc.constant({ is: 'cycle' }) },
);
const large = plan('text', {
  unit: fc.constantFrom('x', 'é', '🚀', '"\\'),
  times: fc.integer({ min: 1000, max: 150_000 }),
});
/** At least with one of the serializations no message. */
const refused = fc.constantFrom(
  { is: 'undefined' },
  { is: 'symbol' },
  { is: 'function' },
  { is: 'cycle' },
  {
    is: 'buffer',
    eights: 1,
    shared: true,
  },
);

module.exports = { large, message, refused };
