// npm run bench:plot: charts of what `npm run bench` and `npm run orphans` measured last, as SVG into docs/charts/.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vega from 'vega';
import { compile } from 'vega-lite';
import { COLORS } from './colors.js';

const here = dirname(fileURLToPath(import.meta.url));
const charts = join(here, '..', 'docs', 'charts');

/** @param {string[]} path @returns {any} nothing where that was not measured here */
function resultsIn(...path) {
  const file = join(here, ...path);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}

const measured = resultsIn('results', 'latest.json');
const { machine, date, rounds, results } = measured ?? { results: [] };
const orphans = resultsIn('..', 'orphans', 'latest.json');

const SUBTITLE =
  measured &&
  `${machine.node}, ${machine.cores} cores (${machine.cpu}), ${machine.kernel}; medians of ${rounds} processes each, ${date.slice(0, 10)}`;

const NAMES = Object.keys(COLORS);
const color = { field: 'who', type: 'nominal', scale: { domain: NAMES, range: Object.values(COLORS) } };

/** The rows of a workload, without those that are a part of the row above them. @param {string} name */
const rowsOf = (name) => results.filter(({ workload, title }) => workload === name && !title.startsWith(' '));

/** What each contestant came to in a row. The floor is the one in Node, where there is one. */
function medians({ title, unit, builtin, forkless, peers = {} }) {
  const { Bun, Deno, floor, 'floor in Node': floorInNode } = peers;
  const all = { 'built-in': builtin, forkless, Bun, Deno, floor: floorInNode ?? floor };
  return NAMES.filter((who) => all[who]).map((who) => ({ title, unit, who, median: all[who].median }));
}

const better = ({ unit }) => (unit.endsWith('/s') ? 'more is better' : 'less is better');

/** A bar of each contestant for each row, every row on a scale of its own. @param {string} title */
const bars = (title) => (rows) => ({
  title: { text: title, subtitle: SUBTITLE },
  columns: 3,
  spacing: 24,
  concat: rows.map((row) => ({
    title: { text: row.title, subtitle: `${row.unit}, ${better(row)}`, anchor: 'middle', fontSize: 11 },
    width: 210,
    height: { step: 15 },
    data: { values: medians(row) },
    encoding: {
      y: { field: 'who', type: 'nominal', title: null, sort: NAMES },
      x: { field: 'median', type: 'quantitative', title: null, axis: { tickCount: 4 } },
    },
    layer: [
      { mark: 'bar', encoding: { color: { ...color, legend: null } } },
      {
        mark: { type: 'text', align: 'left', dx: 3 },
        encoding: { text: { field: 'median', type: 'quantitative', format: ',.3r' } },
      },
    ],
  })),
});

const line = { type: 'line', point: { size: 40 } };

/** By color and shape, with a legend of those who are there. @param {{ who: string }[]} values */
function named(values) {
  const legend = { title: null, values: NAMES.filter((name) => values.some(({ who }) => who === name)) };
  return { color: { ...color, legend }, shape: { field: 'who', type: 'nominal', scale: { domain: NAMES }, legend } };
}

/** A line of each contestant over the size of something. */
function blocked(rows) {
  const sizeOf = ({ title }) => Number(title.match(/(\d+) MB/)[1]);
  const values = rows.flatMap((row) => medians(row).map((value) => ({ ...value, size: sizeOf(row) })));
  return {
    title: { text: 'How long one spawn() stops the event loop', subtitle: SUBTITLE },
    width: 520,
    height: 260,
    data: { values },
    mark: line,
    encoding: {
      x: {
        field: 'size',
        type: 'quantitative',
        title: 'MB alive in the process',
        scale: { type: 'symlog' },
        axis: { values: rows.map(sizeOf) },
      },
      y: {
        field: 'median',
        type: 'quantitative',
        title: `${rows[0].unit}, less is better`,
        scale: { type: 'log' },
      },
      ...named(values),
    },
  };
}

/** The same for several things, each on a scale of its own. */
const growths = (title) => (rows) => {
  const values = rows.flatMap((row) => {
    const [, size, what] = row.title.match(/, ([\d,]+) (.+)$/);
    return medians(row).map((value) => ({ ...value, what, size: Number(size.replaceAll(',', '')) }));
  });
  return {
    title: { text: title, subtitle: SUBTITLE },
    data: { values },
    facet: { field: 'what', type: 'nominal', title: null, header: { labelFontWeight: 'bold' } },
    columns: 3,
    spacing: 24,
    spec: {
      width: 220,
      height: 150,
      mark: line,
      encoding: {
        x: { field: 'size', type: 'quantitative', title: null },
        y: { field: 'median', type: 'quantitative', title: 'us' },
        ...named(values),
      },
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
};

/** Those in the picture, as they are called there, and whose color they have. Deno leaves as many as `kill()` of Node. */
const IN_PICTURE = {
  'node:child_process': ['kill() of Node', 'built-in'],
  'node:child_process, detached': ['kill(-pid) of Node', 'built-in'],
  'tree-kill': ['tree-kill', 'built-in'],
  'execa, killDescendants': ['execa', 'built-in'],
  'bun --no-orphans': ['bun --no-orphans, its exit', 'Bun'],
  'forkless, killDescendants and dieWithParent': ['forkless', 'forkless'],
};

/** Who is left of a tree, in two parts: after its end, and after the end of its program. */
function survivors({ rows, date, machine }) {
  const values = Object.entries(IN_PICTURE).flatMap(([name, [title, who]]) => {
    const { killed, hostKilled } = rows.find((row) => row.name === name) ?? {};
    return killed === undefined ? [] : [{ title, who, killed, hostKilled }];
  });
  const part = (field, title) => ({
    title: { text: title, subtitle: 'left of 6, less is better', anchor: 'middle', fontSize: 11 },
    width: 210,
    height: { step: 15 },
    data: { values },
    encoding: {
      y: { field: 'title', type: 'nominal', title: null, sort: null, axis: { labelLimit: 240 } },
      x: { field, type: 'quantitative', title: null, scale: { domain: [0, 6] }, axis: { tickCount: 6 } },
    },
    layer: [
      { mark: 'bar', encoding: { color: { ...color, legend: null } } },
      { mark: { type: 'text', align: 'left', dx: 3 }, encoding: { text: { field, type: 'quantitative' } } },
    ],
  });
  return {
    title: {
      text: 'What is left of a child that has started six programs',
      subtitle: `a second later; Node ${machine.node.slice(1)}, ${machine.kernel}, ${date.slice(0, 10)}`,
    },
    spacing: 24,
    hconcat: [part('killed', 'The child is killed'), part('hostKilled', 'The program that has started it is killed')],
  };
}

/** Each chart: how it is drawn, and the workloads that are in it. */
const CHARTS = {
  server: [bars('An HTTP server that runs a program for each request'), 'server'],
  blocked: [blocked, 'loop-blocked'],
  starts: [bars('Starts and ends'), ...['spawn-to-close', 'in-flight', 'burst', 'exec-file', 'mixed', 'sync', 'busy']],
  bytes: [bars('Output and input'), ...['output-async', 'output-sync', 'input-sync', 'stream-read', 'stream-write']],
  ipc: [bars('Messages'), 'ipc-ping-pong', 'ipc-flood', 'ipc-large'],
  loading: [bars('Loading, and the first child'), 'load', 'first-child'],
  scale: [growths("spawn() to 'close' as something grows (us, less is better)"), 'scale'],
};

/** @param {string} name @param {any} spec */
async function write(name, spec) {
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const file = join(charts, `${name}.svg`);
  writeFileSync(file, await view.toSVG());
  console.log(`Written to ${relative(process.cwd(), file)}`);
}

mkdirSync(charts, { recursive: true });
for (const [name, [draw, ...workloads]] of Object.entries(CHARTS)) {
  // Not all of it was measured this time: the chart there is stays.
  if (!workloads.every((workload) => rowsOf(workload).length > 0)) continue;
  await write(name, draw(workloads.flatMap(rowsOf)));
}
if (orphans) await write('orphans', survivors(orphans));
