import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Pod, Service } from '../../api/types/core.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { node, nodes, pod, service, type World, world } from '../world.test.js';

function webPod(name: string, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return pod(name, spec, { labels: { app: 'web' }, ...metadata });
}

function started(svc: Service, ...pods: Pod[]): World {
  const w = world();
  w.create(...nodes(2), svc, ...pods);
  w.settle();
  return w;
}

/** `ADDRESS[:PORT] POD NODE ready/serving/terminating` of every endpoint, slice by slice. */
function endpoints(w: World): string[] {
  return w.list('EndpointSlice').flatMap((slice: EndpointSlice) =>
    slice.endpoints.map(({ addresses, targetRef, nodeName, conditions }) => {
      const ports = (slice.ports ?? []).map(({ name, port }) => `${name === '' ? '' : `${name}=`}${port}`).join(',');
      const flags = [conditions?.ready, conditions?.serving, conditions?.terminating].map((flag) => (flag === true ? 'y' : 'n')).join('');
      return `${addresses[0]}:${ports} ${targetRef?.name} ${nodeName} ${flags}`;
    }),
  );
}

test('every ready pod is an endpoint with its node', () => {
  const w = started(
    service('web'),
    webPod('a', { nodeName: 'node1' }),
    webPod('b', { nodeName: 'node2' }),
    pod('c', { nodeName: 'node1' }),
  );
  assert.deepEqual(endpoints(w), ['10.244.0.2:80 a node1 yyn', '10.244.1.2:80 b node2 yyn']);
});

test('the slice has the labels and the owner a real one has', () => {
  const w = started({ ...service('web'), metadata: { name: 'web', namespace: 'default', labels: { tier: 'front' } } }, webPod('a'));
  const [slice] = w.list('EndpointSlice');
  assert.match(slice?.metadata.name ?? '', /^web-[a-z2-9]{5}$/);
  assert.deepEqual(slice?.metadata.labels, {
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': 'web',
    tier: 'front',
  });
  assert.equal(slice?.metadata.ownerReferences?.[0]?.uid, w.get('Service', 'web').metadata.uid);
});

test('a headless Service has slices with the headless label', () => {
  const w = started(service('web', { clusterIP: 'None' }), webPod('a'));
  assert.equal(w.list('EndpointSlice')[0]?.metadata.labels?.['service.kubernetes.io/headless'], '');
});

test('a Service without a selector, and an ExternalName, have none', () => {
  const bare: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'bare', namespace: 'default' },
    spec: { ports: [{ port: 80 }] },
  };
  const w = started(service('web', { type: 'ExternalName', externalName: 'example.org' }), webPod('a'));
  w.create(bare);
  w.settle();
  assert.deepEqual(w.list('EndpointSlice'), []);
});

test('a Service whose pods are not there has one empty slice', () => {
  const w = started(service('web'));
  assert.deepEqual(
    w.list('EndpointSlice').map(({ endpoints: list, ports }) => [list, ports]),
    [[[], []]],
  );
});

test('a named targetPort is looked up in each pod, and pods with different numbers are in different slices', () => {
  const web = (port: number): Partial<Pod['spec']> => ({ containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] });
  const svc = service('web', { ports: [{ name: 'web', port: 80, targetPort: 'http' }] });
  const w = started(svc, webPod('a', { nodeName: 'node1', ...web(8080) }), webPod('b', { nodeName: 'node2', ...web(9090) }));
  assert.deepEqual(endpoints(w).sort(), ['10.244.0.2:web=8080 a node1 yyn', '10.244.1.2:web=9090 b node2 yyn']);
  assert.equal(w.list('EndpointSlice').length, 2);
});

test('a named port of another protocol is not meant', () => {
  const containers = [{ name: 'c', ports: [{ name: 'dns', containerPort: 53, protocol: 'UDP' as const }] }];
  const w = started(
    service('web', { ports: [{ port: 53, targetPort: 'dns', protocol: 'TCP' }] }),
    webPod('a', { nodeName: 'node1', containers }),
  );
  assert.deepEqual(endpoints(w), ['10.244.0.2: a node1 yyn']);
});

test('a pod that is not ready is listed so, and its address is published when the Service asks for it', () => {
  const sick = webPod('a', { nodeName: 'node1' }, { annotations: { [ANNOTATIONS.ready]: 'false' } });
  assert.deepEqual(endpoints(started(service('web'), sick)), ['10.244.0.2:80 a node1 nnn']);
  assert.deepEqual(endpoints(started(service('web', { publishNotReadyAddresses: true }), sick)), ['10.244.0.2:80 a node1 ynn']);
});

test('a pod that is going serves and is terminating, then leaves', () => {
  const lifecycle = { lifecycle: { preStop: { sleep: { seconds: 5 } } } };
  const containers = [{ name: 'c', ports: [{ containerPort: 80 }], ...lifecycle }];
  const w = started(service('web'), webPod('a', { nodeName: 'node1', containers }), webPod('b', { nodeName: 'node1' }));
  w.store.delete({ kind: 'Pod', namespace: 'default', name: 'a' });
  w.settle();
  assert.deepEqual(endpoints(w), ['10.244.0.2:80 a node1 nyy', '10.244.0.3:80 b node1 yyn']);
  w.advance(5);
  assert.deepEqual(endpoints(w), ['10.244.0.3:80 b node1 yyn']);
});

test('a label that makes a pod match brings it in, and its loss takes it out', () => {
  const w = started(service('web'), pod('a', { nodeName: 'node1' }));
  const ref = { kind: 'Pod', namespace: 'default', name: 'a' };
  w.store.label(ref, { app: 'web' });
  w.settle();
  assert.equal(endpoints(w).length, 1);
  w.store.label(ref, { app: null });
  w.settle();
  assert.equal(endpoints(w).length, 0);
});

test("the zone is the node's", () => {
  const w = world();
  w.create(
    node(1, { labels: { 'topology.kubernetes.io/zone': 'a' } }),
    service('web', { trafficDistribution: 'PreferClose' }),
    webPod('a'),
  );
  w.settle();
  const [endpoint] = w.list('EndpointSlice')[0]?.endpoints ?? [];
  assert.deepEqual([endpoint?.zone, endpoint?.hints], ['a', { forZones: [{ name: 'a' }] }]);
});

test('a node that moves to another zone takes its endpoints along, one that is unknown has none until it comes', () => {
  const w = started(service('web'), webPod('a', { nodeName: 'node1' }));
  w.create({ ...webPod('b', { nodeName: 'node9' }), status: { podIP: '10.9.9.9' } });
  w.store.label({ kind: 'Node', name: 'node1' }, { 'topology.kubernetes.io/zone': 'b' });
  w.settle();
  const zones = (): string[] => (w.list('EndpointSlice')[0]?.endpoints ?? []).map(({ nodeName, zone }) => `${nodeName} ${zone ?? '-'}`);
  assert.deepEqual(zones(), ['node1 b']);
  w.create(node(9));
  w.settle();
  assert.deepEqual(zones(), ['node1 b', 'node9 -']);
});

test('dual stack has one slice per family', () => {
  const w = started(service('web', { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' }));
  const both = { podIP: '10.244.0.9', podIPs: [{ ip: '10.244.0.9' }, { ip: 'fd00::9' }], phase: 'Running' as const };
  w.create({ ...webPod('a', { nodeName: 'node1' }), status: both });
  w.settle();
  assert.deepEqual(
    w
      .list('EndpointSlice')
      .map(({ addressType, endpoints: [first] }) => `${addressType} ${first?.addresses[0]}`)
      .sort(),
    ['IPv4 10.244.0.9', 'IPv6 fd00::9'],
  );
});

test('a slice that somebody else wrote stays as it is', () => {
  const w = started(service('web'), webPod('a', { nodeName: 'node1' }));
  const labels = { 'kubernetes.io/service-name': 'web' };
  const hand: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'hand', namespace: 'default', labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.9.9.9'] }],
  };
  w.create(hand);
  w.settle();
  assert.equal(w.list('EndpointSlice').length, 2);
  assert.deepEqual(w.get('EndpointSlice', 'hand').endpoints, hand.endpoints);
});

test("slices copied from a live cluster keep the controller away from their Service's endpoints", () => {
  const w = world();
  const labels = { 'kubernetes.io/service-name': 'web', 'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io' };
  const copy: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'web-abcde', namespace: 'default', labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.9.9.9'] }],
  };
  w.create(...nodes(1), copy, service('web'), webPod('a'));
  w.settle();
  assert.deepEqual(
    w.list('EndpointSlice').map(({ endpoints: list }) => list),
    [copy.endpoints],
  );
});

test('a slice that somebody deletes comes back', () => {
  const w = started(service('web'), webPod('a', { nodeName: 'node1' }));
  const name = w.list('EndpointSlice')[0]?.metadata.name ?? '';
  w.store.delete({ kind: 'EndpointSlice', namespace: 'default', name });
  w.settle();
  assert.deepEqual(endpoints(w), ['10.244.0.2:80 a node1 yyn']);
});

test('at rest nothing more is written', () => {
  const w = started(service('web'), webPod('a'), webPod('b'));
  const { revision } = w.store;
  w.advance(1000);
  assert.equal(w.store.revision, revision);
});
