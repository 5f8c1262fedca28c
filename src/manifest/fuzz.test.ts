/** Whatever is applied ends in stored objects or in a user's error: never in a defect of ours. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import fc from 'fast-check';
import { HopspecError } from '../base/errors.js';
import { testStore } from '../api/testing/objects.js';
import { resourceOf } from '../api/types/resource.js';
import { applyManifests } from './apply.js';
import { readCluster, readClusterSpec } from './cluster/cluster-file.js';
import { clusterStructures } from './cluster/cluster-tables.js';
import { documentsOf } from './document.js';
import { readManifests } from './read.js';
import { type FieldType, kubernetesStructures, type Structures } from './schema/structure.js';

/** Values of a structure with any of its fields there or not, each of its own type, from small pools so that they clash. */
function valueOf(type: FieldType, structures: Structures, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'list':
      return fc.array(valueOf(type.of, structures, depth - 1), { maxLength: 3 });
    case 'map':
      return fc.dictionary(fc.constantFrom('app', 'cpu', 'a b', 'example.com/x'), valueOf(type.of, structures, depth - 1), { maxKeys: 2 });
    case 'structure':
      return depth <= 0 ? fc.constant({}) : structureOf(type.name, structures, depth - 1);
    case 'scalar':
      return SCALARS[type.scalar];
  }
}

const WORDS = fc.constantFrom(
  '',
  'a',
  'web',
  'TCP',
  'UDP',
  'ClusterIP',
  'NodePort',
  'LoadBalancer',
  'ExternalName',
  'None',
  'Local',
  '10.96.0.10',
  'fd00::1',
  '25%',
  'In',
  'Exists',
  'IPv4',
  'No',
  'é "x"',
);
const NUMBERS = fc.constantFrom(-1, 0, 1, 80, 30_080, 70_000, 2 ** 31 - 1);
const SCALARS = {
  string: WORDS,
  int32: NUMBERS,
  int64: NUMBERS,
  float64: NUMBERS,
  bool: fc.boolean(),
  time: fc.constantFrom('2026-01-01T00:00:00Z', ''),
  quantity: fc.constantFrom('1', '500m', '8Gi', '-1'),
  'int-or-string': fc.oneof(WORDS, NUMBERS),
  any: fc.jsonValue({ maxDepth: 2 }),
} as const;

function structureOf(name: string, structures: Structures, depth: number): fc.Arbitrary<unknown> {
  const fields = [...(structures(name) ?? [])].map(
    ([field, { type }]) => [field, fc.option(valueOf(type, structures, depth), { nil: undefined, freq: 2 })] as const,
  );
  return fc
    .record(Object.fromEntries(fields))
    .map((value) => Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)));
}

function holds(act: () => unknown): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof HopspecError)) throw error;
    assert.ok(error.problems.length > 0);
  }
}

for (const kind of ['Service', 'Pod', 'Deployment', 'ReplicaSet', 'EndpointSlice', 'Node', 'Namespace', 'Event']) {
  test(`any ${kind} with fields of the right types is stored or refused, at first and as a change`, () => {
    const { apiVersion } = resourceOf(kind);
    const named = structureOf(kind, kubernetesStructures, 6).map((value) => {
      const object = value as { metadata?: object };
      return {
        ...object,
        apiVersion,
        kind,
        metadata: { ...object.metadata, name: 'web', namespace: undefined, resourceVersion: undefined, uid: undefined },
      };
    });
    fc.assert(
      fc.property(named, named, (first, second) => {
        const store = testStore();
        for (const object of [first, second]) holds(() => applyManifests(store, documentsOf([object], 'fuzz')));
      }),
      { numRuns: 60, seed: 1 },
    );
  });
}

test('any JSON is stored or refused', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom('Service', 'Pod', 'Deployment'), (value, kind) => {
      holds(() =>
        applyManifests(
          testStore(),
          documentsOf([value, { apiVersion: resourceOf(kind).apiVersion, kind, metadata: { name: 'a' }, spec: value }], 'fuzz'),
        ),
      );
    }),
    { numRuns: 200, seed: 1 },
  );
});

const SEED = readFileSync(fileURLToPath(new URL('../../fixtures/manifests/seeds/nginx-ssh.yaml', import.meta.url)), 'utf8');
const EDIT = fc.tuple(
  fc.nat(SEED.length),
  fc.nat(12),
  fc.oneof(
    fc.constantFrom('\n', '  ', ': ', '- ', '{', '[', '"', "'", '&a ', '*a', '!t ', '|', '#', '\t', '---\n', '%'),
    fc.string({ maxLength: 3 }),
  ),
);

test('a manifest with any few letters changed is read or refused', () => {
  fc.assert(
    fc.property(fc.array(EDIT, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce((all, [at, length, put]) => all.slice(0, at) + put + all.slice(at + length), SEED);
      holds(() => applyManifests(testStore(), readManifests(text, 'fuzz.yaml')));
      holds(() => readCluster(text, 'fuzz.yaml'));
    }),
    { numRuns: 200, seed: 1 },
  );
});

test('any cluster spec with fields of the right types is read or refused', () => {
  fc.assert(
    fc.property(structureOf('ClusterSpec', clusterStructures, 6), (spec) => holds(() => readClusterSpec(spec))),
    { numRuns: 300, seed: 1 },
  );
});
