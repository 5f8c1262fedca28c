import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import { type World, world } from '../world.test.js';
import { kubernetesObjects } from './kubernetes-objects.js';
import { createKubernetesServiceController } from './kubernetes-service-controller.js';

const KEY = { namespace: 'default', name: 'kubernetes' };

function started(): World {
  const w = world([createKubernetesServiceController({ clusterIP: '10.96.0.1', apiServers: ['192.168.1.10'] })]);
  w.create(...kubernetesObjects('10.96.0.1', ['192.168.1.10']));
  w.settle();
  return w;
}

test('what is deleted comes back when the API server looks the next time, with the same address', () => {
  const w = started();
  w.advance(3);
  for (const kind of ['Service', 'Endpoints', 'EndpointSlice'] as const) w.store.delete({ kind, ...KEY });
  w.advance(6);
  assert.deepEqual(w.list('Service'), []);
  w.advance(1);
  assert.equal(w.get('Service', 'kubernetes').spec.clusterIP, '10.96.0.1');
  assert.deepEqual(w.get('Endpoints', 'kubernetes').subsets?.[0]?.addresses, [{ ip: '192.168.1.10' }]);
  assert.deepEqual(w.get('EndpointSlice', 'kubernetes').endpoints[0]?.addresses, ['192.168.1.10']);
});

test('what is changed is put right', () => {
  const w = started();
  w.patch({ kind: 'EndpointSlice', ...KEY }, (slice: EndpointSlice) => ({ ...slice, endpoints: [] }));
  w.patch({ kind: 'Service', ...KEY }, (service: Service) => ({
    ...service,
    metadata: { ...service.metadata, labels: { a: 'b' } },
    spec: { ...service.spec, ports: [{ name: 'https', protocol: 'TCP' as const, port: 444, targetPort: 6443 }] },
  }));
  w.advance(10);
  const { metadata, spec } = w.get('Service', 'kubernetes');
  assert.deepEqual([metadata.labels, spec.ports?.[0]?.port], [{ a: 'b' }, 443]);
  assert.equal(w.get('EndpointSlice', 'kubernetes').endpoints.length, 1);
});

test('at rest nothing is written', () => {
  const w = started();
  const { revision } = w.store;
  w.advance(1000);
  assert.equal(w.store.revision, revision);
});
