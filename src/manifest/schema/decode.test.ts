import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from './decode.js';
import { kubernetesStructures } from './structure.js';

const CASES: readonly (readonly [says: string, kind: string, value: unknown, messages: readonly string[]])[] = [
  ['what is right is silent', 'Service', { apiVersion: 'v1', kind: 'Service', spec: { ports: [{ port: 80, targetPort: 'http' }] } }, []],
  ['an unknown field', 'Deployment', { spec: { replica: 2 } }, ['unknown field "spec.replica"']],
  ['in a list', 'Pod', { spec: { containers: [{}, { imagee: 'x' }] } }, ['unknown field "spec.containers[1].imagee"']],
  ['several', 'Service', { spec: { a: 1 }, b: 2 }, ['unknown field "spec.a"', 'unknown field "b"']],
  [
    'text for a number',
    'Deployment',
    { spec: { replicas: '2' } },
    ['json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ],
  [
    'a number for text',
    'Deployment',
    { spec: { template: { spec: { containers: [{ env: [{ name: 'A', value: 1 }] }] } } } },
    ['json: cannot unmarshal number into Go struct field EnvVar.spec.template.spec.containers.env.value of type string'],
  ],
  [
    'a number for a label',
    'Pod',
    { metadata: { labels: { a: 1 } } },
    ['json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string'],
  ],
  [
    'a fraction for a whole number',
    'Deployment',
    { spec: { replicas: 1.5 } },
    ['json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32'],
  ],
  [
    'a number too large',
    'Service',
    { spec: { ports: [{ port: 3e9 }] } },
    ['json: cannot unmarshal number 3000000000 into Go struct field ServicePort.spec.ports.port of type int32'],
  ],
  [
    'text for a list',
    'Pod',
    { spec: { containers: 'x' } },
    ['json: cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container'],
  ],
  ['a list for a structure', 'Pod', { spec: [] }, ['json: cannot unmarshal array into Go struct field Pod.spec of type v1.PodSpec']],
  [
    'text for a truth value',
    'Pod',
    { spec: { hostNetwork: 'true' } },
    ['json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork of type bool'],
  ],
  [
    'a map of text',
    'Service',
    { spec: { selector: 'app' } },
    ['json: cannot unmarshal string into Go struct field ServiceSpec.spec.selector of type map[string]string'],
  ],
  [
    'a quantity that is none',
    'Pod',
    { spec: { containers: [{ resources: { requests: { cpu: 'lots' } } }] } },
    ["quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ],
];
for (const [says, kind, value, messages] of CASES) {
  test(`strict decoding: ${says}`, () =>
    assert.deepEqual(
      decode(value, kind, kubernetesStructures).problems.map(({ message }) => message),
      messages,
    ));
}

test('strict decoding: null is absent, quantities become text', () => {
  const { value } = decode(
    { spec: { nodeName: null, containers: [{ resources: { limits: { cpu: 2, memory: '1Gi' } } }] } },
    'Pod',
    kubernetesStructures,
  );
  assert.deepEqual(value, { spec: { containers: [{ name: '', resources: { limits: { cpu: '2', memory: '1Gi' } } }] } });
});

test('strict decoding: the nearest name is proposed', () => {
  const [problem] = decode({ spec: { selecter: {} } }, 'Service', kubernetesStructures).problems;
  assert.equal(problem?.fix, 'did you mean "selector"?');
});

test('the field tables name no structure that is missing', () => {
  const pending = ['Pod', 'Service', 'Deployment', 'NetworkPolicy', 'Ingress', 'Job', 'PersistentVolume'];
  const seen = new Set(pending);
  for (const name of pending) {
    const structure = kubernetesStructures(name);
    assert.ok(structure, name);
    for (const { type } of structure.values()) {
      let inner = type;
      while (inner.kind === 'list' || inner.kind === 'map') inner = inner.of;
      if (inner.kind === 'structure' && !seen.has(inner.name)) {
        seen.add(inner.name);
        pending.push(inner.name);
      }
    }
  }
  assert.ok(seen.size > 150);
});
