// Who may import whom: the layer table of the architecture, one rule per folder, and where Node's own modules may be used.
const layers = {
  base: [],
  packet: ['base'],
  trace: ['base', 'packet'],
  plan: ['base'],
  kernel: ['base', 'packet', 'trace', 'plan'],
  lab: ['base', 'packet', 'trace', 'plan'],
  api: ['base'],
  manifest: ['base', 'api'],
  controllers: ['base', 'api'],
  scheduler: ['base', 'api'],
  node: ['base', 'packet', 'api', 'plan'],
  fabric: ['base', 'packet', 'trace', 'plan'],
  sim: ['base', 'packet', 'trace', 'plan', 'kernel', 'lab', 'api', 'manifest', 'controllers', 'scheduler', 'node', 'fabric'],
  claim: ['base', 'packet', 'trace'],
  cli: ['index', 'sim', 'claim', 'trace', 'report'],
  report: ['index', 'sim', 'claim', 'trace'],
};

const own = (folder) => (folder === 'index' ? '^src/index\\.ts$' : `^src/${folder}/`);

const layerRules = Object.entries(layers).map(([folder, allowed]) => ({
  name: `layer-${folder}`,
  comment: `src/${folder} may import ${allowed.length ? allowed.join(', ') : 'nothing of ours'}.`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^(src|steps)/', pathNot: [`^src/${folder}/`, ...allowed.map(own)] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'layer-index',
      comment: 'The public API, and the scenario it offers, join sim, manifest, claim, trace and base.',
      severity: 'error',
      from: { path: '^src/(index|spec|chai)\\.ts$' },
      to: { path: '^src/', pathNot: ['^src/spec\\.ts$', ...['sim', 'manifest', 'claim', 'trace', 'base'].map(own)] },
    },
    {
      name: 'layer-steps',
      comment: 'Bindings see the public API only.',
      severity: 'error',
      from: { path: '^steps/', pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: own('index') },
    },
    {
      name: 'node-built-ins',
      comment: 'Only manifest (reading), lab, cli and report touch the machine.',
      severity: 'error',
      from: { path: '^(src|steps)/', pathNot: ['^src/(manifest|lab|cli|report)/', '\\.test\\.ts$'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: { path: '^(src|steps)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: { path: '^(src|steps)/' }, to: { couldNotResolve: true } },
    {
      name: 'shipped-dependencies-only',
      comment: "What is published may not lean on what is only installed for development; the report's page is bundled with what it needs.",
      severity: 'error',
      from: { path: '^(src|steps)/', pathNot: ['\\.test\\.ts$', '^src/report/page/'] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'require', 'node', 'default', 'types'] },
  },
};
