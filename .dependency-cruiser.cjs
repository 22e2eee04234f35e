// The arrows of ARCHITECTURE.md, which go one way:
// index → api → process → { stdio, ipc } → options → { native, builtin, errors }.

/** What may use what, from the top; a layer also uses itself and every layer below. */
const LAYERS = [
  '^register\\.js$',
  '^(index|lib/load)\\.js$',
  '^lib/api/',
  '^lib/process/',
  '^lib/(stdio|ipc)/',
  '^lib/options/',
  '^lib/(?!load)[^/]+\\.js$',
];

const upward = LAYERS.slice(1).map((path, index) => ({
  name: `no-arrow-up-from-${index + 1}`,
  comment: 'Code that this layer calls must not know its callers. Move what both need further down.',
  severity: 'error',
  from: { path },
  to: { path: LAYERS.slice(0, index + 1) },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'one-door-to-native-code',
      comment: 'lib/native.js is the only one to load the generated binding.',
      severity: 'error',
      from: { pathNot: '^lib/native\\.js$' },
      to: { path: '^binding\\.js$|\\.node$' },
    },
    { name: 'no-circle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unknown', severity: 'error', from: { pathNot: '^binding\\.js$' }, to: { couldNotResolve: true } },
    {
      name: 'no-runtime-dependency',
      comment: 'The package depends on nothing but its own platform packages.',
      severity: 'error',
      from: { path: '^(register|lib/)' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^(binding\\.js|dist/)'] },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default'],
    },
  },
};
