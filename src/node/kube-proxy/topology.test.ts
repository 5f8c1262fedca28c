import assert from 'node:assert/strict';
import { test } from 'node:test';
import { categorizeEndpoints, type EndpointState, type PortPolicy } from './topology.js';

interface Named extends EndpointState {
  readonly name: string;
}

/** `a@node1`, with `!` not ready, `~` serving but terminating, `z:a` zone hint, `n:node1` node hint. */
function endpoint(text: string): Named {
  const [head = '', ...hints] = text.split(' ');
  const [, name = '', node = '', mark] = /^(\w+)@(\w+)([!~])?$/.exec(head) ?? [];
  const pick = (prefix: string): string[] => hints.filter((h) => h.startsWith(prefix)).map((h) => h.slice(2));
  return {
    name,
    nodes: [node],
    ready: mark === undefined,
    serving: mark !== '!',
    terminating: mark === '~',
    zoneHints: pick('z:'),
    nodeHints: pick('n:'),
  };
}

const CLUSTER: PortPolicy = { internalLocal: false, externalLocal: false, externallyAccessible: true };
const EXTERNAL_LOCAL: PortPolicy = { ...CLUSTER, externalLocal: true };
const INTERNAL_LOCAL: PortPolicy = { internalLocal: true, externalLocal: false, externallyAccessible: false };
const BOTH_LOCAL: PortPolicy = { internalLocal: true, externalLocal: true, externallyAccessible: true };

interface Case {
  readonly name: string;
  readonly policy: PortPolicy;
  readonly endpoints: readonly string[];
  readonly cluster: string | undefined;
  readonly local: string | undefined;
  readonly all: string;
  readonly hasAny: boolean;
}

const CASES: readonly Case[] = [
  {
    name: 'policy Cluster uses every ready endpoint',
    policy: CLUSTER,
    endpoints: ['a@node1', 'b@node2', 'c@node2!'],
    cluster: 'a b',
    local: undefined,
    all: 'a b',
    hasAny: true,
  },
  { name: 'nothing at all', policy: CLUSTER, endpoints: [], cluster: '', local: undefined, all: '', hasAny: false },
  {
    name: 'only endpoints that do not serve',
    policy: CLUSTER,
    endpoints: ['a@node1!'],
    cluster: '',
    local: undefined,
    all: '',
    hasAny: false,
  },
  {
    name: 'a terminating endpoint is unused beside a ready one',
    policy: CLUSTER,
    endpoints: ['a@node1~', 'b@node2'],
    cluster: 'b',
    local: undefined,
    all: 'b',
    hasAny: true,
  },
  {
    name: 'terminating endpoints that serve are the last resort',
    policy: CLUSTER,
    endpoints: ['a@node1~', 'b@node2!'],
    cluster: 'a',
    local: undefined,
    all: 'a',
    hasAny: true,
  },
  {
    name: 'external Local keeps both lists',
    policy: EXTERNAL_LOCAL,
    endpoints: ['a@node1', 'b@node2'],
    cluster: 'a b',
    local: 'a',
    all: 'a b',
    hasAny: true,
  },
  {
    name: 'external Local without one here',
    policy: EXTERNAL_LOCAL,
    endpoints: ['b@node2'],
    cluster: 'b',
    local: '',
    all: 'b',
    hasAny: true,
  },
  {
    name: 'internal Local has no cluster list when nobody is outside',
    policy: INTERNAL_LOCAL,
    endpoints: ['a@node1', 'b@node2'],
    cluster: undefined,
    local: 'a',
    all: 'a',
    hasAny: true,
  },
  {
    name: 'internal Local without one here still has endpoints somewhere',
    policy: INTERNAL_LOCAL,
    endpoints: ['b@node2'],
    cluster: undefined,
    local: '',
    all: '',
    hasAny: true,
  },
  {
    name: 'internal Local of an outside Service keeps the cluster list',
    policy: BOTH_LOCAL,
    endpoints: ['a@node1', 'b@node2'],
    cluster: 'a b',
    local: 'a',
    all: 'a b',
    hasAny: true,
  },
  {
    name: 'a local terminating endpoint serves Local while none here is ready',
    policy: EXTERNAL_LOCAL,
    endpoints: ['a@node1~', 'b@node2'],
    cluster: 'b',
    local: 'a',
    all: 'a b',
    hasAny: true,
  },
  {
    name: 'a local ready endpoint puts the terminating one away',
    policy: EXTERNAL_LOCAL,
    endpoints: ['a@node1~', 'b@node1'],
    cluster: 'b',
    local: 'b',
    all: 'b',
    hasAny: true,
  },
  {
    name: 'zone hints narrow to the own zone',
    policy: CLUSTER,
    endpoints: ['a@node1 z:east', 'b@node2 z:west'],
    cluster: 'a',
    local: undefined,
    all: 'a',
    hasAny: true,
  },
  {
    name: 'one endpoint without zone hint undoes them all',
    policy: CLUSTER,
    endpoints: ['a@node1 z:east', 'b@node2'],
    cluster: 'a b',
    local: undefined,
    all: 'a b',
    hasAny: true,
  },
  {
    name: 'hints for other zones only are no hints',
    policy: CLUSTER,
    endpoints: ['a@node2 z:west', 'b@node2 z:north'],
    cluster: 'a b',
    local: undefined,
    all: 'a b',
    hasAny: true,
  },
  {
    name: 'an unready endpoint without hint does not matter',
    policy: CLUSTER,
    endpoints: ['a@node1 z:east', 'b@node2 z:west', 'c@node2!'],
    cluster: 'a',
    local: undefined,
    all: 'a',
    hasAny: true,
  },
  {
    name: 'node hints come before zone hints',
    policy: CLUSTER,
    endpoints: ['a@node1 z:east n:node1', 'b@node2 z:east n:node2'],
    cluster: 'a',
    local: undefined,
    all: 'a',
    hasAny: true,
  },
  {
    name: 'node hints for others fall back to the zone',
    policy: CLUSTER,
    endpoints: ['a@node2 z:east n:node2', 'b@node3 z:west n:node3'],
    cluster: 'a',
    local: undefined,
    all: 'a',
    hasAny: true,
  },
  {
    name: 'hints never narrow the local list',
    policy: EXTERNAL_LOCAL,
    endpoints: ['a@node1 z:west', 'b@node2 z:east'],
    cluster: 'b',
    local: 'a',
    all: 'a b',
    hasAny: true,
  },
];

for (const c of CASES) {
  test(c.name, () => {
    const names = (list: readonly Named[] | undefined): string | undefined => list?.map((e) => e.name).join(' ');
    const choice = categorizeEndpoints(c.endpoints.map(endpoint), c.policy, { name: 'node1', zone: 'east' });
    assert.deepEqual(
      { cluster: names(choice.cluster), local: names(choice.local), all: names(choice.all), hasAny: choice.hasAny },
      { cluster: c.cluster, local: c.local, all: c.all, hasAny: c.hasAny },
    );
  });
}
