import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applied, refusal } from '../testing/apply-text.js';
import { testStore } from '../../api/testing/objects.js';

const service = (spec: string, name = 'web'): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const pod = (spec: string, name = 'a'): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {${spec}}\n`;
const container = (more: string): string => pod(`containers: [{name: c, image: nginx${more === '' ? '' : `, ${more}`}}]`);
const workload = (spec: string, kind = 'Deployment'): string =>
  `apiVersion: apps/v1\nkind: ${kind}\nmetadata: {name: web}\nspec: {${spec}}\n`;
const SELECTOR = 'selector: {matchLabels: {app: web}}';
const TEMPLATE = 'template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: nginx}]}}';
const slice = (more: string): string => `apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: s}\n${more}\n`;

const LABEL_1035 =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const LABEL_1123 =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const VALUE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const KEY =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

const SERVICE = 'Service "web" is invalid: ';
const POD = 'Pod "a" is invalid: ';
const DEPLOYMENT = 'Deployment.apps "web" is invalid: ';

const CASES: readonly (readonly [says: string, text: string, message: string])[] = [
  [
    'a Service name with capitals',
    service('ports: [{port: 80}]', 'myApp'),
    `Service "myApp" is invalid: metadata.name: Invalid value: "myApp": ${LABEL_1035}`,
  ],
  [
    'a Service name that begins with a digit',
    service('ports: [{port: 80}]', '1web'),
    `Service "1web" is invalid: metadata.name: Invalid value: "1web": ${LABEL_1035}`,
  ],
  [
    'a Pod name with an underscore',
    pod('containers: [{name: c, image: x}]', 'a_b'),
    `Pod "a_b" is invalid: metadata.name: Invalid value: "a_b": ${SUBDOMAIN}`,
  ],
  [
    'a Namespace name with a dot',
    'apiVersion: v1\nkind: Namespace\nmetadata: {name: a.b}',
    'Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
  ],
  [
    'no name',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {}',
    'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  ],
  [
    'a namespace on a Node',
    'apiVersion: v1\nkind: Node\nmetadata: {name: a, namespace: b}',
    'Node "a" is invalid: metadata.namespace: Forbidden: not allowed on this type',
  ],
  [
    'a label value with a blank',
    container('').replace('{name: a}', '{name: a, labels: {app: my app}}'),
    `${POD}metadata.labels: Invalid value: "my app": ${VALUE}`,
  ],
  [
    'a label key with a blank',
    container('').replace('{name: a}', '{name: a, labels: {my app: x}}'),
    `${POD}metadata.labels: Invalid value: "my app": ${KEY}`,
  ],
  ['a Service without ports', service('selector: {app: web}'), `${SERVICE}spec.ports: Required value`],
  [
    'port 0',
    service('ports: [{port: 0, targetPort: 80}]'),
    `${SERVICE}spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive`,
  ],
  [
    'port 65536',
    service('ports: [{port: 65536, targetPort: 80}]'),
    `${SERVICE}spec.ports[0].port: Invalid value: 65536: must be between 1 and 65535, inclusive`,
  ],
  [
    'an unknown protocol',
    service('ports: [{port: 80, protocol: TCPP}]'),
    `${SERVICE}spec.ports[0].protocol: Unsupported value: "TCPP": supported values: "SCTP", "TCP", "UDP"`,
  ],
  [
    'a target port name too long',
    service('ports: [{port: 80, targetPort: a-very-long-port-name}]'),
    `${SERVICE}spec.ports[0].targetPort: Invalid value: "a-very-long-port-name": must be no more than 15 bytes`,
  ],
  [
    'two ports without names',
    service('ports: [{port: 80}, {port: 81}]'),
    `${SERVICE}[spec.ports[0].name: Required value, spec.ports[1].name: Required value]`,
  ],
  [
    'two ports of one name',
    service('ports: [{name: a, port: 80}, {name: a, port: 81}]'),
    `${SERVICE}spec.ports[1].name: Duplicate value: "a"`,
  ],
  [
    'one port twice',
    service('ports: [{name: a, port: 80}, {name: b, port: 80}]'),
    `${SERVICE}spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}`,
  ],
  [
    'a port name with capitals',
    service('ports: [{name: HTTP, port: 80}]'),
    `${SERVICE}spec.ports[0].name: Invalid value: "HTTP": ${LABEL_1123}`,
  ],
  [
    'a node port on a ClusterIP Service',
    service('ports: [{port: 80, nodePort: 30000}]'),
    `${SERVICE}spec.ports[0].nodePort: Forbidden: may not be used when \`type\` is 'ClusterIP'`,
  ],
  [
    'one node port twice',
    service('type: NodePort, ports: [{name: a, port: 80, nodePort: 30000}, {name: b, port: 81, nodePort: 30000}]'),
    `${SERVICE}spec.ports[1].nodePort: Duplicate value: 30000`,
  ],
  [
    'an unknown type',
    service('type: Nodeport, ports: [{port: 80}]'),
    `${SERVICE}spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"`,
  ],
  [
    'a headless NodePort Service',
    service('type: NodePort, clusterIP: None, ports: [{port: 80}]'),
    `${SERVICE}spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
  ],
  [
    'a cluster address that is none',
    service('clusterIP: 10.96.0, ports: [{port: 80}]'),
    `${SERVICE}spec.clusterIPs[0]: Invalid value: "10.96.0": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
  ],
  [
    'external traffic policy inside',
    service('externalTrafficPolicy: Local, ports: [{port: 80}]'),
    `${SERVICE}spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services`,
  ],
  [
    'an unknown policy',
    service('internalTrafficPolicy: local, ports: [{port: 80}]'),
    `${SERVICE}spec.internalTrafficPolicy: Unsupported value: "local": supported values: "Cluster", "Local"`,
  ],
  [
    'an unknown affinity',
    service('sessionAffinity: clientIP, ports: [{port: 80}]'),
    `${SERVICE}spec.sessionAffinity: Unsupported value: "clientIP": supported values: "ClientIP", "None"`,
  ],
  ['ExternalName without a name', service('type: ExternalName'), `${SERVICE}spec.externalName: Required value`],
  [
    'a loopback address as external one',
    service('externalIPs: [127.0.0.1], ports: [{port: 80}]'),
    `${SERVICE}spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`,
  ],
  ['a Pod without containers', pod('containers: []'), `${POD}spec.containers: Required value`],
  ['a container without image', pod('containers: [{name: c}]'), `${POD}spec.containers[0].image: Required value`],
  [
    'two containers of one name',
    pod('containers: [{name: c, image: x}, {name: c, image: x}]'),
    `${POD}spec.containers[1].name: Duplicate value: "c"`,
  ],
  ['container port 0', container('ports: [{containerPort: 0}]'), `${POD}spec.containers[0].ports[0].containerPort: Required value`],
  [
    'container port 70000',
    container('ports: [{containerPort: 70000}]'),
    `${POD}spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive`,
  ],
  [
    'a container port name of digits',
    container('ports: [{containerPort: 80, name: "80"}]'),
    `${POD}spec.containers[0].ports[0].name: Invalid value: "80": must contain at least one letter (a-z)`,
  ],
  [
    'a host port twice',
    container('ports: [{containerPort: 80, hostPort: 80}, {containerPort: 81, hostPort: 80}]'),
    `${POD}spec.containers[0].ports[1].hostPort: Duplicate value: "TCP//80"`,
  ],
  [
    'another host port in the host network',
    pod('hostNetwork: true, containers: [{name: c, image: x, ports: [{containerPort: 80, hostPort: 81}]}]'),
    `${POD}spec.containers[0].ports[0].containerPort: Invalid value: 80: must match \`hostPort\` when \`hostNetwork\` is true`,
  ],
  [
    'a mount without volume',
    container('volumeMounts: [{name: v, mountPath: /v}]'),
    `${POD}spec.containers[0].volumeMounts[0].name: Not found: "v"`,
  ],
  [
    'a probe without handler',
    container('livenessProbe: {periodSeconds: 5}'),
    `${POD}spec.containers[0].livenessProbe: Required value: must specify a handler type`,
  ],
  [
    'a probe with two handlers',
    container('livenessProbe: {tcpSocket: {port: 80}, httpGet: {port: 80}}'),
    `${POD}spec.containers[0].livenessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type`,
  ],
  [
    'an unknown scheme',
    container('livenessProbe: {httpGet: {port: 80, scheme: http}}'),
    `${POD}spec.containers[0].livenessProbe.httpGet.scheme: Unsupported value: "http": supported values: "HTTP", "HTTPS"`,
  ],
  [
    'a spread without words',
    pod('containers: [{name: c, image: x}], topologySpreadConstraints: [{maxSkew: 0, topologyKey: zone, whenUnsatisfiable: Never}]'),
    `${POD}[spec.topologySpreadConstraints[0].maxSkew: Invalid value: 0: must be greater than zero, spec.topologySpreadConstraints[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"]`,
  ],
  [
    'more requested than allowed',
    container('resources: {requests: {cpu: 2}, limits: {cpu: 1}}'),
    `${POD}spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1`,
  ],
  [
    'an unknown restart policy',
    pod('restartPolicy: always, containers: [{name: c, image: x}]'),
    `${POD}spec.restartPolicy: Unsupported value: "always": supported values: "Always", "OnFailure", "Never"`,
  ],
  [
    'an unknown pull policy',
    container('imagePullPolicy: Sometimes'),
    `${POD}spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"`,
  ],
  [
    'anti-affinity without topology key',
    pod(
      'containers: [{name: c, image: x}], affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [{labelSelector: {}}]}}',
    ),
    `${POD}spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution[0].topologyKey: Required value: can not be empty`,
  ],
  [
    'a toleration without operator',
    pod('containers: [{name: c, image: x}], tolerations: [{effect: NoSchedule}]'),
    `${POD}spec.tolerations[0].operator: Invalid value: "": operator must be Exists when \`key\` is empty, which means "match all values and all keys"`,
  ],
  [
    'a Deployment whose selector does not match',
    workload(`selector: {matchLabels: {app: db}}, ${TEMPLATE}`),
    `${DEPLOYMENT}spec.template.metadata.labels: Invalid value: {"app":"web"}: \`selector\` does not match template \`labels\``,
  ],
  [
    'a Deployment without selector',
    workload(TEMPLATE),
    `${DEPLOYMENT}[spec.selector: Required value, spec.template.metadata.labels: Invalid value: {"app":"web"}: \`selector\` does not match template \`labels\`]`,
  ],
  [
    'an empty selector',
    workload(`selector: {}, ${TEMPLATE}`),
    `${DEPLOYMENT}spec.selector: Invalid value: {}: empty selector is invalid for deployment`,
  ],
  [
    'a negative number of replicas',
    workload(`replicas: -1, ${SELECTOR}, ${TEMPLATE}`),
    `${DEPLOYMENT}spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
  ],
  [
    'a template that restarts never',
    workload(`${SELECTOR}, ${TEMPLATE.replace('spec: {', 'spec: {restartPolicy: Never, ')}`),
    `${DEPLOYMENT}spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`,
  ],
  [
    'no room to roll',
    workload(`strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}, ${SELECTOR}, ${TEMPLATE}`),
    `${DEPLOYMENT}spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when \`maxSurge\` is 0`,
  ],
  [
    'rolling settings of a Recreate',
    workload(`strategy: {type: Recreate, rollingUpdate: {maxSurge: 1}}, ${SELECTOR}, ${TEMPLATE}`),
    `${DEPLOYMENT}spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy \`type\` is 'Recreate'`,
  ],
  [
    'an expression without values',
    workload(`selector: {matchLabels: {app: web}, matchExpressions: [{key: app, operator: In}]}, ${TEMPLATE}`),
    `${DEPLOYMENT}[spec.selector.matchExpressions[0].values: Required value: must be specified when \`operator\` is 'In' or 'NotIn', spec.template.metadata.labels: Invalid value: {"app":"web"}: \`selector\` does not match template \`labels\`]`,
  ],
  [
    'a ReplicaSet whose selector does not match',
    workload(`selector: {matchLabels: {app: db}}, ${TEMPLATE}`, 'ReplicaSet'),
    'ReplicaSet.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`',
  ],
  ['an EndpointSlice without type', slice('endpoints: []'), 'EndpointSlice.discovery.k8s.io "s" is invalid: addressType: Required value'],
  [
    'an endpoint of another family',
    slice('addressType: IPv4\nendpoints: [{addresses: ["fd00::1"]}]'),
    'EndpointSlice.discovery.k8s.io "s" is invalid: endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
  ],
  [
    'a link-local endpoint',
    slice('addressType: IPv4\nendpoints: [{addresses: [169.254.1.1]}]'),
    'EndpointSlice.discovery.k8s.io "s" is invalid: endpoints[0].addresses[0]: Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)',
  ],
  [
    'a taint of no effect',
    'apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {taints: [{key: x, effect: NoWay}]}',
    'Node "a" is invalid: metadata.taints[0].effect: Unsupported value: "NoWay": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
];
for (const [says, text, message] of CASES) test(`refused: ${says}`, () => assert.equal(refusal(text), message));

const CHANGES: readonly (readonly [says: string, before: string, after: string, message: string])[] = [
  [
    'another cluster address',
    service('clusterIP: 10.96.0.20, ports: [{port: 80}]'),
    service('clusterIP: 10.96.0.21, ports: [{port: 80}]'),
    `${SERVICE}spec.clusterIPs[0]: Invalid value: ["10.96.0.21"]: may not change once set`,
  ],
  [
    'headless where there was an address',
    service('ports: [{port: 80}]'),
    service('clusterIP: None, ports: [{port: 80}]'),
    `${SERVICE}spec.clusterIPs[0]: Invalid value: ["None"]: may not change once set`,
  ],
  [
    'another selector of a Deployment',
    workload(`${SELECTOR}, ${TEMPLATE}`),
    workload(`${SELECTOR}, ${TEMPLATE}`).replaceAll('app: web', 'app: db'),
    `${DEPLOYMENT}spec.selector: Invalid value: {"matchLabels":{"app":"db"}}: field is immutable`,
  ],
  [
    'a port more of a Pod',
    container(''),
    container('ports: [{containerPort: 80}]'),
    `${POD}spec: Forbidden: pod updates may not change fields other than \`spec.containers[*].image\`,\`spec.initContainers[*].image\`,\`spec.activeDeadlineSeconds\`,\`spec.tolerations\` (only additions to existing tolerations),\`spec.terminationGracePeriodSeconds\` (allow it to be set to 1 if it was previously negative)`,
  ],
  [
    'another address type',
    slice('addressType: IPv4\nendpoints: []'),
    slice('addressType: IPv6\nendpoints: []'),
    'EndpointSlice.discovery.k8s.io "s" is invalid: addressType: Invalid value: "IPv6": field is immutable',
  ],
];
for (const [says, before, after, message] of CHANGES) {
  test(`change refused: ${says}`, () => {
    const store = testStore();
    applied(before, store);
    assert.equal(refusal(after, store), message);
  });
}

test('a change of image of a Pod is allowed', () => {
  const store = testStore();
  applied(container(''), store);
  assert.equal(refusal(container('').replace('nginx', 'nginx:1.27'), store), '');
});
