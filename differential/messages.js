'use strict';
// Messages: both ends make the same value of a plan in JSON; and a value as
// plain data that tells what it was.

const { describeError } = require('../__tests__/helpers/errors.js');

const VIEWS = ['Buffer', 'Uint8Array', 'Int16Array', 'Uint32Array', 'Float64Array', 'BigInt64Array', 'DataView'];

/** @type {Record<string, (plan: any) => any>} */
const MAKERS = {
  value: ({ value }) => value,
  number: ({ text }) => Number(text),
  bigint: ({ text }) => BigInt(text),
  undefined: () => undefined,
  symbol: () => Symbol('s'),
  function: () => () => {},
  date: ({ time }) => new Date(time ?? Number.NaN),
  text: ({ unit, times }) => unit.repeat(times),
  boxed: ({ value }) => Object(value),
  regexp: ({ source }) => new RegExp(source, 'gi'),
  error: ({ message }) => Object.assign(new RangeError(message), { code: 'ODD' }),
  view: ({ of, eights }) => view(of, eights),
  buffer: ({ eights, shared }) => (shared ? new SharedArrayBuffer(eights * 8) : new ArrayBuffer(eights * 8)),
  array: ({ items }) => items.map(make),
  sparse: ({ items }) => Object.assign(new Array(items.length + 3), { 1: make(items[0] ?? { is: 'undefined' }) }),
  object: ({ entries }) => madeObject(entries),
  bare: ({ entries }) => Object.setPrototypeOf(madeObject(entries), null),
  map: ({ entries }) => new Map(entries.map(([key, value]) => [make(key), make(value)])),
  set: ({ items }) => new Set(items.map(make)),
  withToJson: ({ value }) => ({ a: 1, toJSON: () => value }),
  instance: ({ value }) =>
    new (class Odd {
      field = value;
    })(),
  cycle: () => {
    /** @type {any} */
    const value = { a: 1 };
    value.self = value;
    return value;
  },
};

/** @param {any} plan @returns {any} */
const make = (plan) => MAKERS[plan.is](plan);

/** @param {[string, any][]} entries */
const madeObject = (entries) => Object.fromEntries(entries.map(([name, value]) => [name, make(value)]));

/** @param {string} of @param {number} eights */
function view(of, eights) {
  const { buffer } = Uint8Array.from({ length: eights * 8 + 8 }, (_, index) => index * 7);
  const { BYTES_PER_ELEMENT = 1 } = /** @type {any} */ (globalThis)[of];
  // A part of a longer one.
  if (of === 'Buffer') return Buffer.from(buffer, 8, eights * 8);
  return new /** @type {any} */ (globalThis)[of](buffer, 8, (eights * 8) / BYTES_PER_ELEMENT);
}

/**
 * What a message is, as plain data: each class by its name, bytes as text, a cycle cut.
 * @param {any} value
 * @param {any[]} [above]
 * @returns {any}
 */
function plainMessage(value, above = []) {
  if (typeof value === 'symbol' || typeof value === 'function') return { is: String(value) };
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return { above: above.indexOf(value) };
  const inner = (/** @type {any} */ one) => plainMessage(one, [...above, value]);
  const is = value.constructor?.name ?? 'no class';
  if (ArrayBuffer.isView(value)) {
    return { is, bytes: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1') };
  }
  if (value instanceof ArrayBuffer) return { is, bytes: Buffer.from(value).toString('latin1') };
  if (value instanceof Error) return { is, error: inner({ ...describeError(value) }) };
  if (value instanceof Date) return { is, time: value.getTime() };
  if (value instanceof RegExp) return { is, text: String(value) };
  if (value instanceof Map || value instanceof Set) return { is, entries: [...value].map(inner) };
  const boxed = ['Number', 'String', 'Boolean', 'BigInt'].includes(is) && { value: value.valueOf() };
  return {
    is,
    length: value.length,
    entries: Object.entries(value).map(([name, one]) => [name, inner(one)]),
    ...boxed,
  };
}

module.exports = { VIEWS, make, plainMessage };
