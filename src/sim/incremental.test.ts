/**
 * A cluster that was looked at after every change has the rules, sets and traces of one that went the same way and is looked at for the first time. Changes are
 * random: Services, EndpointSlices, pods and labels of nodes come, change and go.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRng, type Rng } from '../base/rng.js';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import type { RenderFormat } from './contract.js';
import { createSimulation, type Simulation } from './simulation.js';

type Json = Record<string, unknown>;
type Change = (simulation: Simulation) => void;

const ROUNDS = 10;
const CHANGES_PER_ROUND = 3;
const NODES = ['node1', 'node2', 'node3'];
const NAMES = ['a', 'b', 'c', 'd'];
const ZONE = 'topology.kubernetes.io/zone';

const pick = <T>(rng: Rng, list: readonly T[]): T => list[rng.below(list.length)] as T;
const sometimes = (rng: Rng, fields: Json): Json => (rng.below(3) === 0 ? fields : {});

function pod(name: string, node: string, app: string): Json {
  const containers = [{ name: 'c', image: 'c', ports: [{ containerPort: 80 }] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app } }, spec: { nodeName: node, containers } };
}

/** Addresses and node ports stay a Service's own, so that no change is refused. */
function service(rng: Rng, i: number): Json {
  const name = NAMES[i] as string;
  const type = pick(rng, ['ClusterIP', 'NodePort', 'LoadBalancer']);
  const outside = type === 'ClusterIP' ? {} : { nodePort: 30080 + i };
  const port = { name: 'http', port: 80 + rng.below(2), targetPort: 80, protocol: pick(rng, ['TCP', 'TCP', 'UDP']) };
  const balancer = type === 'LoadBalancer' ? sometimes(rng, { loadBalancerSourceRanges: ['192.168.0.0/16'] }) : {};
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
    spec: {
      ...{ type, clusterIP: `10.96.7.${i + 1}`, ports: [{ ...port, ...outside }] },
      ...sometimes(rng, { selector: { app: name } }),
      ...sometimes(rng, { sessionAffinity: 'ClientIP' }),
      ...sometimes(rng, { internalTrafficPolicy: 'Local' }),
      ...sometimes(rng, { externalIPs: [`192.0.2.${i + 1}`] }),
      ...(type === 'ClusterIP' ? {} : sometimes(rng, { externalTrafficPolicy: 'Local' })),
      ...balancer,
    },
    ...(type === 'LoadBalancer' ? { status: { loadBalancer: { ingress: [{ ip: `198.51.100.${i + 1}` }] } } } : {}),
  };
}

function slice(rng: Rng, name: string, more: string): Json {
  const endpoints = Array.from({ length: rng.below(4) }, (_, i) => ({
    addresses: [`10.244.${i}.${40 + rng.below(3)}`],
    nodeName: pick(rng, NODES),
    conditions: { ready: rng.below(4) > 0, serving: true, terminating: rng.below(4) === 0 },
    ...sometimes(rng, { hints: { forZones: [{ name: pick(rng, ['x', 'y']) }] } }),
  }));
  return {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4', endpoints },
    metadata: { name: `${name}-${more}`, labels: { 'kubernetes.io/service-name': name } },
    ports: [{ name: 'http', port: 80 + rng.below(3), protocol: pick(rng, ['TCP', 'TCP', 'UDP']) }],
  };
}

const apply =
  (object: Json): Change =>
  (simulation) =>
    void simulation.applyObjects([object], 'test');

/** Deletes what is there. */
function remove(kind: 'Service' | 'EndpointSlice' | 'Pod', name: string): Change {
  return (simulation) => {
    if (simulation.get(kind, 'default', name) !== undefined) simulation.delete([{ kind, namespace: 'default', name }]);
  };
}

function randomChange(rng: Rng): Change {
  const i = rng.below(NAMES.length);
  const name = NAMES[i] as string;
  const more = pick(rng, ['x', 'y']);
  switch (rng.below(9)) {
    case 0:
    case 1: {
      // The type and protocols of a Service that is there cannot all be changed: another one takes its place.
      const other = apply(service(rng, i));
      return (simulation) => (remove('Service', name)(simulation), simulation.settle(), other(simulation));
    }
    case 2:
      return remove('Service', name);
    case 3:
      return remove('EndpointSlice', `${name}-${more}`);
    case 4:
      return (simulation) => simulation.label({ kind: 'Node', name: pick(rng, NODES) }, { [ZONE]: pick(rng, ['x', 'y', null]) });
    case 5: {
      const other = apply(pod(`p${i}`, pick(rng, NODES), name));
      return (simulation) => (remove('Pod', `p${i}`)(simulation), simulation.advance(31_000_000), other(simulation));
    }
    default:
      return apply(slice(rng, name, more));
  }
}

/** A change that draws does so once, whoever makes it. */
function randomChanges(seed: number): readonly Change[] {
  return Array.from({ length: ROUNDS * CHANGES_PER_ROUND }, (_, n) => {
    const own = (seed * 1000 + n) | 0;
    return (simulation: Simulation) => randomChange(createRng(own))(simulation);
  });
}

const TEXTS: Readonly<Record<string, readonly RenderFormat[]>> = {
  iptables: ['iptables-save', 'plan'],
  nftables: ['nft', 'plan'],
  ipvs: ['ipvsadm', 'ipset', 'iptables-save', 'plan'],
};

/** All that can be seen of it: what each node has, and where packets go, rule by rule. */
function seen(simulation: Simulation, mode: string, rng: Rng): readonly string[] {
  const texts = NODES.flatMap((node) => (TEXTS[mode] ?? []).map((format) => simulation.render(node, format)));
  const i = rng.below(NAMES.length);
  const targets = [`10.96.7.${i + 1}:80`, `192.0.2.${i + 1}:80`, `198.51.100.${i + 1}:80`, `192.168.1.21:${30080 + i}`];
  const traces = targets.flatMap((to) => ['pod/client', 'external/laptop'].map((from) => traced(simulation, from, `ip/${to}`)));
  return [...traces, ...texts];
}

function traced(simulation: Simulation, from: string, to: string): string {
  try {
    return JSON.stringify(simulation.trace({ from, to }));
  } catch (error) {
    return String(error);
  }
}

function begin(mode: string, config: Json): Simulation {
  const cluster = { ...defaultCluster(3), kubeProxy: { mode, config: { clusterCIDR: '10.244.0.0/16', ...config } } };
  const simulation = createSimulation({ ...cluster, externals: [{ name: 'laptop', address: '203.0.113.9' }] });
  simulation.applyObjects([pod('client', 'node1', 'a'), pod('p0', 'node2', 'b')], 'test');
  simulation.settle();
  return simulation;
}

const CONFIGS: readonly (readonly [mode: string, config: Json])[] = [
  ['iptables', {}],
  ['iptables', { 'iptables.masqueradeAll': true }],
  ['nftables', { nodePortAddresses: [] }],
  ['ipvs', {}],
  ['ipvs', { ipvs: { scheduler: 'lc' } }],
];
for (const [seed, [mode, config]] of CONFIGS.entries()) {
  test(`a cluster that was looked at after each change is the one that is made anew: ${mode} ${JSON.stringify(config)}`, () => {
    const changes = randomChanges(seed + 1);
    const followed = begin(mode, config);
    for (let round = 1; round <= ROUNDS; round++) {
      const done = changes.slice(0, round * CHANGES_PER_ROUND);
      for (const change of done.slice(-CHANGES_PER_ROUND)) {
        change(followed);
        traced(followed, 'pod/client', 'ip/10.96.7.1:80');
      }
      const anew = begin(mode, config);
      for (const change of done) {
        change(anew);
        anew.settle();
      }
      const [is, wanted] = [followed, anew].map((simulation) => seen(simulation, mode, createRng(round)));
      for (const [n, text] of (wanted ?? []).entries()) assert.equal(is?.[n], text, `round ${round}, look ${n}`);
    }
  });
}
