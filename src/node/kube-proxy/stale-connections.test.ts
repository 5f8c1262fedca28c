import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ServiceModel, serviceModel } from './service-model.js';
import { cleansConnections, staleConnections, type TrackedFlow } from './stale-connections.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';

type Endpoint = EndpointSlice['endpoints'][number];

function model(endpoints: readonly Endpoint[], port = 53): ServiceModel {
  const service = {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'dns', namespace: 'default' } },
    spec: {
      type: 'NodePort',
      ...{ clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], externalIPs: ['198.51.100.1'] },
      ports: [
        { name: 'u', port: 53, nodePort: 30053, protocol: 'UDP' },
        { name: 't', port: 53, nodePort: 30054, protocol: 'TCP' },
      ],
    },
  } as unknown as Service;
  const slice = {
    ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
    metadata: { name: 'dns-1', namespace: 'default', labels: { 'kubernetes.io/service-name': 'dns' } },
    ports: [
      { name: 'u', port, protocol: 'UDP' },
      { name: 't', port, protocol: 'TCP' },
    ],
    endpoints,
  } as unknown as EndpointSlice;
  const lists: Readonly<Record<string, readonly unknown[]>> = { Service: [service], EndpointSlice: [slice] };
  return serviceModel(
    {
      revision: 1,
      origin: {},
      get: () => undefined,
      list: (kind: string) => lists[kind] ?? [],
      kindRevision: () => 1,
    } as unknown as StoreView,
    'IPv4',
  );
}

const serving: Endpoint = { addresses: ['10.244.1.2'] };
const terminating: Endpoint = { addresses: ['10.244.1.3'], conditions: { ready: false, serving: true, terminating: true } };
const silent: Endpoint = { addresses: ['10.244.1.4'], conditions: { ready: false, serving: false } };

const flow = (origDst: string, origDport: number, replySrc: string, more: Partial<TrackedFlow> = {}): TrackedFlow => ({
  ...{ proto: 'udp', origDst, origDport, replySrc, replySport: 53 },
  ...more,
});

const CASES: readonly (readonly [name: string, flows: readonly TrackedFlow[], deleted: readonly string[]])[] = [
  ['a serving endpoint keeps its clients', [flow('10.96.0.10', 53, '10.244.1.2')], []],
  ['so does one that serves while it ends', [flow('10.96.0.10', 53, '10.244.1.3')], []],
  [
    'one that serves no more loses them',
    [flow('10.96.0.10', 53, '10.244.1.4')],
    ['-D -p udp -d 10.96.0.10 --dport 53 -r 10.244.1.4 --reply-port-src 53'],
  ],
  [
    'another port of a serving address counts for none',
    [flow('10.96.0.10', 53, '10.244.1.2', { replySport: 5353 })],
    ['-D -p udp -d 10.96.0.10 --dport 53 -r 10.244.1.2 --reply-port-src 5353'],
  ],
  [
    'what was never translated is deleted, so that it is from now on',
    [flow('198.51.100.1', 53, '198.51.100.1')],
    ['-D -p udp -d 198.51.100.1 --dport 53 -r 198.51.100.1 --reply-port-src 53'],
  ],
  [
    'a node port is one on every address',
    [flow('192.168.1.5', 30053, '10.244.9.9')],
    ['-D -p udp --dport 30053 -r 10.244.9.9 --reply-port-src 53'],
  ],
  ['TCP is left alone', [flow('10.96.0.10', 53, '10.244.1.4', { proto: 'tcp' })], []],
  ['and so is what is no Service', [flow('10.96.0.99', 53, '10.244.1.4'), flow('10.96.0.10', 54, '10.244.1.4')], []],
];

describe('what kube-proxy deletes of connection tracking', () => {
  for (const [name, flows, deleted] of CASES) {
    it(name, () => assert.deepEqual(staleConnections(model([serving, terminating, silent]), flows), deleted));
  }

  it('nothing where no endpoint serves', () => {
    assert.deepEqual(staleConnections(model([silent]), [flow('10.96.0.10', 53, '10.244.1.2')]), []);
  });

  it('looks only where endpoints of UDP changed', () => {
    assert.equal(cleansConnections(model([serving]), model([serving])), false);
    assert.equal(cleansConnections(model([serving]), model([silent])), true);
    assert.equal(cleansConnections(model([serving]), model([serving], 5353)), true);
  });
});
