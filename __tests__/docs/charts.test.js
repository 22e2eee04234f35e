'use strict';
// The charts: told apart in grey, few bars in each, and shown by a page.

const fs = require('node:fs');
const path = require('node:path');
const { COLORS, lightness } = require('../../bench/colors.js');
const { DOCS, OURS, readPage } = require('./page.js');

const folder = path.join(DOCS, 'charts');
const charts = fs.readdirSync(folder);

test('black, white and a grey are as light as they are', () => {
  expect(['#000000', '#ffffff'].map(lightness)).toEqual([0, 100]);
  // Source: the middle grey of L* 50 is #777777 in sRGB.
  expect(lightness('#777777')).toBeCloseTo(50, 0);
});

test('the colors are told apart in grey, and from white paper', () => {
  const sorted = [...Object.values(COLORS), '#ffffff'].map(lightness).sort((a, b) => a - b);
  const steps = sorted.slice(1).map((value, index) => value - sorted[index]);
  expect(Math.min(...steps)).toBeGreaterThan(12);
});

describe.each(charts)('%s', (name) => {
  const text = readPage(path.join(folder, name));

  test('has at most six bars in each part', () => {
    const counts = [...text.matchAll(/for a discrete scale with (\d+) values/g)].map(([, count]) => Number(count));
    expect(Math.max(0, ...counts)).toBeLessThanOrEqual(6);
  });

  test('has the colors of the table', () => {
    const colors = [...text.matchAll(/"(?:bar|line mark)"[^>]* (?:fill|stroke)="(#\w+)"/g)].map(([, color]) => color);
    expect(colors.length).toBeGreaterThan(0);
    expect(Object.values(COLORS)).toEqual(expect.arrayContaining(colors));
  });

  test('is shown by a page', () => {
    const pages = OURS.filter((page) => readPage(page).includes(`charts/${name})`));
    expect(pages.length).toBeGreaterThan(0);
  });
});
