// The checks of `npm test`, in order: name, command, arguments, and how to count what ran.
const tsc = 'node_modules/typescript-7/bin/tsc';
const node = process.execPath;
const bin = (name) => `node_modules/.bin/${name}`;

export const checks = [
  { name: 'types', run: [node, tsc, '--noEmit', '-p', 'tsconfig.json'] },
  { name: "types of the report's page", run: [node, tsc, '--noEmit', '-p', 'src/report/page/tsconfig.json'] },
  { name: 'lint', run: [bin('oxlint'), '-c', '.ci/oxlint.json', '--type-aware', 'src', 'steps'] },
  { name: 'format', run: [bin('biome'), 'format', '--config-path=.ci/format.json', '.'] },
  { name: 'import boundaries', run: [bin('depcruise'), '--config', '.ci/boundaries.cjs', 'src', 'steps'] },
  { name: 'unused code', run: [bin('knip'), '--config', '.ci/knip.json'] },
  { name: 'every check catches its sample', run: [node, '.ci/samples.mjs'] },
  {
    name: 'unit tests and specs, with coverage',
    run: [bin('c8'), '--config', '.ci/coverage.json', node, '.ci/unit.mjs', '--with-features'],
  },
  {
    name: 'the simulated kernel against Linux, at random',
    run: [node, '--import', 'tsx', '.ci/fuzz.mjs', '--runs', '8', '--seed', '1001', '--seconds', '40', '--no-shrink'],
  },
  ...[['ipv6'], ['nft'], ['ipv4', '--trace', '--probes', '20']].map(([kind, ...more]) => ({
    name: `random plans, ${kind}${more.length > 0 ? ', hook by hook' : ''}`,
    run: [
      node,
      '--import',
      'tsx',
      '.ci/fuzz.mjs',
      '--kind',
      kind,
      ...more,
      '--runs',
      '4',
      '--seed',
      '4001',
      '--seconds',
      '15',
      '--no-shrink',
    ],
  })),
  { name: 'the specs on both kernels', run: [node, '.ci/both.mjs'] },
  { name: 'planted mistakes are noticed', run: [node, '.ci/fuzz-mistakes.mjs', '--sample', '4'] },
  { name: 'specs under plain cucumber-js', run: [bin('cucumber-js'), '--format', 'summary'] },
  { name: 'packed and installed', run: [node, '.ci/pack-test.mjs'] },
  { name: 'newer Node', run: [node, '.ci/newer-node.mjs'] },
];
