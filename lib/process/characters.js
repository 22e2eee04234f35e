'use strict';
// Where text that comes in pieces can be cut: not within a character.

/**
 * How many of the bytes are whole characters; those behind have only begun one.
 * @param {Buffer} bytes
 * @param {BufferEncoding} encoding
 */
function wholeCharacters(bytes, encoding) {
  switch (encoding.toLowerCase()) {
    case 'utf8':
    case 'utf-8':
      return wholeUtf8(bytes);
    case 'utf16le':
    case 'utf-16le':
    case 'ucs2':
    case 'ucs-2':
      return wholeUtf16(bytes);
    case 'base64':
    case 'base64url':
      return bytes.length - (bytes.length % 3);
    default:
      return bytes.length;
  }
}

/** @param {Buffer} bytes */
function wholeUtf8(bytes) {
  const { length } = bytes;
  // A character has up to four bytes; its first says how many.
  for (let index = length - 1; index >= Math.max(0, length - 3); index--) {
    const byte = bytes[index];
    if (byte < 0x80) return length;
    if (byte >= 0xc0) return index + sizeOf(byte) > length ? index : length;
  }
  return length;
}

/** @param {number} first byte of a character */
function sizeOf(first) {
  if (first >= 0xf8) return 1;
  if (first >= 0xf0) return 4;
  return first >= 0xe0 ? 3 : 2;
}

/** @param {Buffer} bytes */
function wholeUtf16(bytes) {
  const even = bytes.length - (bytes.length % 2);
  // The first half of a pair.
  return even >= 2 && (bytes[even - 1] & 0xfc) === 0xd8 ? even - 2 : even;
}

module.exports = { wholeCharacters };
