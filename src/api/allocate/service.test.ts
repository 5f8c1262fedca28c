import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../refusal.js';
import { service, testStore } from '../testing/objects.js';
import type { Service, ServiceSpec } from '../types/core.js';
import type { Store } from '../store.js';

const port = (nodePort?: number, number = 80, protocol: 'TCP' | 'UDP' = 'TCP'): NonNullable<ServiceSpec['ports']>[number] => {
  return {
    name: `${protocol}-${number}`.toLowerCase(),
    port: number,
    protocol,
    targetPort: number,
    ...(nodePort === undefined ? {} : { nodePort }),
  };
};
const nodePort = (name: string, ...ports: NonNullable<ServiceSpec['ports']>[number][]): Service =>
  service(name, { type: 'NodePort', ports: ports.length === 0 ? [port()] : ports });
const ports = ({ spec }: Service): unknown => spec.ports?.map((p) => p.nodePort);

function refused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof Refusal);
    return error.apiMessage;
  }
  return 'not refused';
}

function update(store: Store, name: string, spec: ServiceSpec): Service {
  const before = store.view().get('Service', 'default', name) as Service;
  return store.update<Service>({ ...before, spec });
}

test('cluster addresses come from above the band of 256, lowest first', () => {
  const store = testStore();
  assert.deepEqual(
    ['a', 'b'].map((name) => store.create(service(name)).spec.clusterIP),
    ['10.96.1.1', '10.96.1.2'],
  );
});

test('node ports come from above the band of 86', () => {
  const store = testStore();
  assert.deepEqual([ports(store.create(nodePort('a'))), ports(store.create(nodePort('b')))], [[30086], [30087]]);
});

test('what is asked for is had, below the band as well', () => {
  const spec = testStore().create(service('a', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [port(30001)] })).spec;
  assert.deepEqual([spec.clusterIP, spec.clusterIPs, spec.ports?.[0]?.nodePort], ['10.96.0.10', ['10.96.0.10'], 30001]);
});

const REFUSED: readonly (readonly [says: string, second: Service, message: string])[] = [
  [
    'an address that is taken',
    service('b', { clusterIP: '10.96.0.10' }),
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  ],
  [
    'an address outside the range',
    service('b', { clusterIP: '10.0.0.10' }),
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.0.0.10"]: failed to allocate IP 10.0.0.10: the provided network does not match the current range',
  ],
  [
    'the network address',
    service('b', { clusterIP: '10.96.0.0' }),
    'Service "b" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.0"]: failed to allocate IP 10.96.0.0: the provided IP (10.96.0.0) is not in the valid range. The range of valid IPs is 10.96.0.0/12',
  ],
  [
    'a port that is taken',
    nodePort('b', port(30080)),
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  ],
  [
    'a port that is taken for another protocol',
    nodePort('b', port(30080, 53, 'UDP')),
    'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated',
  ],
  [
    'a port outside the range',
    nodePort('b', port(), port(30000 - 1, 81)),
    'Service "b" is invalid: spec.ports[1].nodePort: Invalid value: 29999: provided port is not in the valid range. The range of valid ports is 30000-32767',
  ],
  [
    'a second family',
    service('b', { ipFamilyPolicy: 'RequireDualStack' }),
    'Service "b" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [
    'another family',
    service('b', { ipFamilies: ['IPv6'] }),
    'Service "b" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  ],
];
for (const [says, second, message] of REFUSED) {
  test(`refused: ${says}`, () => {
    const store = testStore();
    store.create(service('a', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [port(30080)] }));
    assert.equal(
      refused(() => store.create(second)),
      message,
    );
  });
}

test('a refused Service leaves nothing taken', () => {
  const store = testStore();
  refused(() => store.create(service('a', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [port(30080), port(1, 81)] })));
  const second = store.create(service('b', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [port(30080)] }));
  assert.deepEqual(ports(second), [30080]);
});

test('deleting a Service gives its address and ports back', () => {
  const store = testStore();
  const first = store.create(nodePort('a'));
  store.delete({ kind: 'Service', namespace: 'default', name: 'a' });
  const second = store.create(nodePort('b'));
  assert.deepEqual([second.spec.clusterIP, ports(second)], [first.spec.clusterIP, ports(first)]);
});

test('one number for two protocols of one Service is one node port', () => {
  assert.deepEqual(ports(testStore().create(nodePort('dns', port(undefined, 53), port(undefined, 53, 'UDP')))), [30086, 30086]);
  assert.deepEqual(ports(testStore().create(nodePort('dns', port(undefined, 53), port(30053, 53, 'UDP')))), [30053, 30053]);
});

test('an update that leaves the node port out keeps it', () => {
  const store = testStore();
  const { spec } = store.create(nodePort('a', port(30080)));
  assert.deepEqual(ports(update(store, 'a', { ...spec, ports: [port()] })), [30080]);
});

test('a renamed port gets another node port, as on a real server', () => {
  const store = testStore();
  const { spec } = store.create(nodePort('a', port(30080)));
  assert.deepEqual(ports(update(store, 'a', { ...spec, ports: [{ ...port(), name: 'other' }] })), [30086]);
});

test('a new port of a Service gets a node port, a removed one is free again', () => {
  const store = testStore();
  const { spec } = store.create(nodePort('a', port(30080), port(30081, 81)));
  assert.deepEqual(ports(update(store, 'a', { ...spec, ports: [port(30080), port(undefined, 82)] })), [30080, 30086]);
  assert.deepEqual(ports(store.create(nodePort('b', port(30081)))), [30081]);
});

test('a Service that becomes ClusterIP loses its node ports, one that becomes ExternalName its address', () => {
  const store = testStore();
  const { spec } = store.create(nodePort('a', port(30080)));
  const inside = update(store, 'a', { ...spec, type: 'ClusterIP' });
  assert.deepEqual(ports(inside), [undefined]);
  assert.deepEqual(ports(store.create(nodePort('b', port(30080)))), [30080]);
  const outside = update(store, 'a', { ...inside.spec, type: 'ExternalName', externalName: 'example.com' });
  assert.equal(outside.spec.clusterIP, undefined);
  assert.equal(store.create(service('c')).spec.clusterIP, spec.clusterIP);
});

test('headless and ExternalName Services get no address', () => {
  const store = testStore();
  const headless = store.create(service('a', { clusterIP: 'None' })).spec;
  assert.deepEqual([headless.clusterIP, headless.clusterIPs, headless.ipFamilies], ['None', ['None'], ['IPv4']]);
  assert.equal(store.create(service('b', { type: 'ExternalName', externalName: 'example.com', ports: [] })).spec.clusterIP, undefined);
});

test('a headless Service without selector spans both families', () => {
  const { spec } = testStore().create(service('a', { clusterIP: 'None', selector: undefined }));
  assert.deepEqual([spec.ipFamilies, spec.ipFamilyPolicy], [['IPv4', 'IPv6'], 'RequireDualStack']);
});

test('a dual-stack cluster gives one address, or two where they are asked for', () => {
  const store = testStore({ serviceCIDRs: ['10.96.0.0/16', 'fd00:10:96::/112'] });
  assert.deepEqual(store.create(service('a')).spec.clusterIPs, ['10.96.1.1']);
  const both = store.create(service('b', { ipFamilyPolicy: 'PreferDualStack' })).spec;
  assert.deepEqual(
    [both.clusterIPs, both.ipFamilies],
    [
      ['10.96.1.2', 'fd00:10:96::101'],
      ['IPv4', 'IPv6'],
    ],
  );
  const six = store.create(service('c', { ipFamilies: ['IPv6'] })).spec;
  assert.deepEqual(six.clusterIPs, ['fd00:10:96::102']);
});

test('a LoadBalancer with policy Local gets a health check port, and gives it back', () => {
  const store = testStore();
  const { spec } = store.create(service('a', { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [port()] }));
  assert.deepEqual([spec.ports?.[0]?.nodePort, spec.healthCheckNodePort], [30086, 30087]);
  const cluster = update(store, 'a', { ...spec, externalTrafficPolicy: 'Cluster' });
  assert.equal(cluster.spec.healthCheckNodePort, undefined);
  assert.deepEqual(ports(store.create(nodePort('b'))), [30087]);
});

test('a LoadBalancer may do without node ports', () => {
  const { spec } = testStore().create(service('a', { type: 'LoadBalancer', allocateLoadBalancerNodePorts: false, ports: [port()] }));
  assert.equal(spec.ports?.[0]?.nodePort, undefined);
});

test('a small range is used up, the lower band last, and then refused', () => {
  const store = testStore({ serviceCIDRs: ['10.0.0.0/27'] });
  const given = Array.from({ length: 30 }, (_, i) => store.create(service(`s${i}`)).spec.clusterIP);
  assert.deepEqual([given[0], given[13], given[14], given[29]], ['10.0.0.17', '10.0.0.30', '10.0.0.1', '10.0.0.16']);
  assert.equal(
    refused(() => store.create(service('more'))),
    'Internal error occurred: failed to allocate a serviceIP: range is full',
  );
});

test('another node port range', () => {
  const store = testStore({ nodePortRange: '20000-20001' });
  assert.deepEqual([ports(store.create(nodePort('a'))), ports(store.create(nodePort('b')))], [[20000], [20001]]);
  assert.equal(
    refused(() => store.create(nodePort('c'))),
    'Internal error occurred: failed to allocate a nodePort: range is full',
  );
});
