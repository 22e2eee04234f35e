'use strict';
// Who is in the charts, in the order of the legend, and in which color. The colors differ in lightness, so that they are
// told apart in grey, too: a test computes it. Used by plot.mjs.

/** @type {Record<string, string>} */
const COLORS = {
  'built-in': '#bdbdbd',
  forkless: '#16467a',
  Bun: '#d8802f',
  Deno: '#237a58',
  floor: '#111111',
};

/**
 * How light a color is to the eye, from 0 (black) to 100 (white): L* of CIELAB.
 * @param {string} color `#rrggbb`
 */
function lightness(color) {
  const [red, green, blue] = [1, 3, 5].map((start) => linear(Number.parseInt(color.slice(start, start + 2), 16) / 255));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 216 / 24389 ? 116 * Math.cbrt(luminance) - 16 : (luminance * 24389) / 27;
}

/** Undoes the gamma of sRGB. @param {number} part */
const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

module.exports = { COLORS, lightness };
