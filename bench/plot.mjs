// npm run bench:plot: charts of what `npm run bench` measured last, as SVG into docs/charts/.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vega from 'vega';
import { compile } from 'vega-lite';

const here = dirname(fileURLToPath(import.meta.url));
const charts = join(here, '..', 'docs', 'charts');
const { machine, date, rounds, results } = JSON.parse(readFileSync(join(here, 'results', 'latest.json'), 'utf8'));

const SUBTITLE = `${machine.cores} cores (${machine.cpu}), ${machine.kernel}; medians of ${rounds} processes each, ${date.slice(0, 10)}`;
const OURS = machine.node;

/** Names as the charts have them, in the order of the legend. */
const NAMES = [
  OURS,
  `forkless on ${OURS.replace('Node ', '')}`,
  'Node 24',
  'forkless on 24',
  'Node 26',
  'forkless on 26',
  'Bun',
  'Deno',
  'floor',
  'floor in Node',
];
/** forkless in one hue, the built-ins in another, so that the eye finds both. */
const COLORS = [
  '#b0b0b0',
  '#d95f02',
  '#909090',
  '#e6852e',
  '#707070',
  '#f0a860',
  '#7570b3',
  '#1b9e77',
  '#222222',
  '#555555',
];
const color = { field: 'who', type: 'nominal', title: null, sort: NAMES, scale: { domain: NAMES, range: COLORS } };

/** What each contestant came to in a row. */
const medians = (result) =>
  [[NAMES[0], result.builtin], [NAMES[1], result.forkless], ...Object.entries(result.peers ?? {})].map(
    ([who, { median }]) => ({ title: result.title, unit: result.unit, who, median }),
  );

const line = { type: 'line', point: true };

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
      y: { field: 'median', type: 'quantitative', title: rows[0]?.unit, scale: { type: 'log' } },
      color,
    },
  };
}

/** The same for several things, each on a scale of its own. */
function growths(title, rows) {
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
        color,
      },
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
}

/** A bar of each contestant for each row, every row on a scale of its own. */
function bars(title, rows) {
  const labelOf = ({ title, unit }) => `${title} (${unit})`;
  return {
    title: { text: title, subtitle: SUBTITLE },
    data: { values: rows.flatMap(medians).map((value) => ({ ...value, label: labelOf(value) })) },
    facet: {
      field: 'label',
      type: 'nominal',
      title: null,
      sort: rows.map(labelOf),
      header: { labelFontWeight: 'bold' },
    },
    columns: 3,
    spacing: 24,
    spec: {
      width: 210,
      height: { step: 15 },
      mark: 'bar',
      encoding: {
        y: { field: 'who', type: 'nominal', title: null, sort: NAMES },
        x: { field: 'median', type: 'quantitative', title: null },
        color: { ...color, legend: null },
      },
    },
    resolve: { scale: { x: 'independent', y: 'independent' } },
  };
}

/** The rows of a workload, without those that are a part of the row above them. */
const of = (workload) => results.filter((result) => result.workload === workload && !result.title.startsWith(' '));

const STARTS = ['server', 'mixed', 'busy', 'spawn-to-close', 'in-flight', 'burst', 'exec-file', 'sync'];
const BYTES = ['output-async', 'output-sync', 'input-sync', 'stream-read', 'stream-write'];
const IPC = ['ipc-ping-pong', 'ipc-flood', 'ipc-large'];

const specs = {
  blocked: blocked(of('loop-blocked')),
  workloads: bars(
    'Each workload on a scale of its own (us, ms: less is better; /s, MB/s: more is)',
    [...STARTS, ...BYTES, ...IPC, 'load', 'first-child'].flatMap(of),
  ),
  scale: growths("spawn() to 'close' as something grows", of('scale')),
};

mkdirSync(charts, { recursive: true });
for (const [name, spec] of Object.entries(specs)) {
  // Not measured this time: the chart there is stays.
  if (spec.data.values.length === 0) continue;
  const view = new vega.View(vega.parse(compile(spec).spec), { renderer: 'none' });
  const file = join(charts, `${name}.svg`);
  writeFileSync(file, await view.toSVG());
  console.log(`Written to ${relative(process.cwd(), file)}`);
}
