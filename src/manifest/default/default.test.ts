import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied } from '../testing/apply-text.js';

/** The value at a path such as `spec.ports.0.protocol`. */
function at(value: unknown, path: string): unknown {
  return path.split('.').reduce((inner: unknown, name) => (inner as Record<string, unknown> | undefined)?.[name], value);
}
const service = (spec: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}], ${spec}}\n`;
const pod = (spec: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {${spec}}\n`;
const one = (more = ''): string => pod(`containers: [{name: c, image: nginx${more === '' ? '' : `, ${more}`}}]`);
const deployment = (more = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: "nginx:1.27"}]}}${more}}\n`;

const CASES: readonly (readonly [says: string, text: string, path: string, value: unknown])[] = [
  ['a Service is a ClusterIP one', service(''), 'spec.type', 'ClusterIP'],
  ['its ports are TCP', service(''), 'spec.ports.0.protocol', 'TCP'],
  ['targetPort is port', service(''), 'spec.ports.0.targetPort', 80],
  ['no session affinity', service(''), 'spec.sessionAffinity', 'None'],
  ['client affinity lasts three hours', service('sessionAffinity: ClientIP'), 'spec.sessionAffinityConfig.clientIP.timeoutSeconds', 10_800],
  ['internal policy Cluster', service(''), 'spec.internalTrafficPolicy', 'Cluster'],
  ['no external policy inside', service(''), 'spec.externalTrafficPolicy', undefined],
  ['external policy Cluster for NodePort', service('type: NodePort'), 'spec.externalTrafficPolicy', 'Cluster'],
  ['and with external addresses', service('externalIPs: [203.0.113.1]'), 'spec.externalTrafficPolicy', 'Cluster'],
  ['a LoadBalancer gets node ports', service('type: LoadBalancer'), 'spec.allocateLoadBalancerNodePorts', true],
  ['one family', service(''), 'spec.ipFamilyPolicy', 'SingleStack'],
  ['a Pod restarts always', one(), 'spec.restartPolicy', 'Always'],
  ['resolves by the cluster', one(), 'spec.dnsPolicy', 'ClusterFirst'],
  ['ends within 30 s', one(), 'spec.terminationGracePeriodSeconds', 30],
  ['is Pending', one(), 'status.phase', 'Pending'],
  ['an image without tag is pulled always', one(), 'spec.containers.0.imagePullPolicy', 'Always'],
  ['one with a tag if not present', deployment(), 'spec.template.spec.containers.0.imagePullPolicy', 'IfNotPresent'],
  ['a registry port is no tag', pod('containers: [{name: c, image: "reg:5000/nginx"}]'), 'spec.containers.0.imagePullPolicy', 'Always'],
  [
    'a host network pod has its ports on the host',
    pod('hostNetwork: true, containers: [{name: c, image: x, ports: [{containerPort: 80}]}]'),
    'spec.containers.0.ports.0.hostPort',
    80,
  ],
  ['a probe asks every ten seconds', one('readinessProbe: {httpGet: {port: 80}}'), 'spec.containers.0.readinessProbe.periodSeconds', 10],
  ['for /', one('readinessProbe: {httpGet: {port: 80}}'), 'spec.containers.0.readinessProbe.httpGet.path', '/'],
  ['requests follow limits in a Pod', one('resources: {limits: {cpu: 1}}'), 'spec.containers.0.resources.requests.cpu', '1'],
  [
    'but not in a template',
    deployment().replace('"nginx:1.27"', 'x, resources: {limits: {cpu: 1}}'),
    'spec.template.spec.containers.0.resources.requests',
    undefined,
  ],
  ['one replica', deployment(), 'spec.replicas', 1],
  ['rolling by a quarter', deployment(), 'spec.strategy.rollingUpdate', { maxSurge: '25%', maxUnavailable: '25%' }],
  ['Recreate has no rolling settings', deployment(', strategy: {type: Recreate}'), 'spec.strategy', { type: 'Recreate' }],
  ['ten old ReplicaSets', deployment(), 'spec.revisionHistoryLimit', 10],
  ['ten minutes to make progress', deployment(), 'spec.progressDeadlineSeconds', 600],
  ['the namespace is the current one', deployment(), 'metadata.namespace', 'default'],
  ['a volume without source is empty', pod('containers: [{name: c, image: x}], volumes: [{name: v}]'), 'spec.volumes.0.emptyDir', {}],
  [
    'a slice port has a name and a protocol',
    'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\naddressType: IPv4\nendpoints: []\nports: [{port: 80}]',
    'ports.0',
    { port: 80, name: '', protocol: 'TCP' },
  ],
];
for (const [says, text, path, value] of CASES) test(`default: ${says}`, () => assert.deepEqual(at(applied(text)[0], path), value));
