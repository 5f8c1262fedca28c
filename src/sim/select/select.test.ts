import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCluster } from '../../manifest/cluster/defaults.js';
import { ClusterWorld } from '../cluster-world.js';
import type { ObjectSelection, RouteSelection } from './selection.js';
import { createSimulation } from '../simulation.js';

const MANIFEST = `
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec:
  nodeName: node2
  containers:
    - {name: main, image: nginx, ports: [{name: http, containerPort: 8080, hostPort: 8088}]}
    - {name: side, image: nginx, ports: [{name: metrics, containerPort: 9113}, {name: dns, containerPort: 53, protocol: UDP}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  type: NodePort
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http, nodePort: 30080}, {name: dns, port: 53, protocol: UDP, targetPort: dns, nodePort: 30053}]
---
apiVersion: v1
kind: Service
metadata: {name: plain}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

const NO_ROUTE: RouteSelection = { via: undefined, port: undefined, protocol: undefined, node: undefined, address: undefined };

const POD: ObjectSelection = { kind: 'pod', name: { namespace: undefined, name: 'web' }, node: undefined, container: undefined };
const SIDE: ObjectSelection = { ...POD, container: 'side' };
const NODE: ObjectSelection = { kind: 'node', name: 'node2' };
const LOCALHOST: ObjectSelection = { kind: 'localhost' };
const ADDRESS: ObjectSelection = { kind: 'address', address: '192.168.1.10' };
const service = (name: string): ObjectSelection => ({ kind: 'service', name: { namespace: undefined, name } });

function targets(object: ObjectSelection, route: Partial<RouteSelection>): readonly string[] {
  const simulation = createSimulation(defaultCluster(2));
  simulation.applyText(MANIFEST, 'web.yaml');
  const world = new ClusterWorld(simulation, () => '');
  const [sender] = world.subjects({ kind: 'node', name: 'node1' });
  const receivers = world.targets(object, { ...NO_ROUTE, ...route }, sender ?? assert.fail());
  return receivers.map(({ to, label, protocol }) => `${protocol} ${to} is ${label}`);
}

const MEANT: readonly [string, ObjectSelection, Partial<RouteSelection>, readonly string[]][] = [
  ['a pod: its first port', POD, {}, ['TCP pod/default/web:8080 is pod web']],
  ['a container: its own first port', SIDE, {}, ['TCP pod/default/web#side:9113 is container side of pod web']],
  ["a pod's port by name", POD, { via: 'port', portName: 'metrics' }, ['TCP pod/default/web:9113 is pod web']],
  ['the protocol comes with the name', POD, { via: 'port', portName: 'dns' }, ['UDP pod/default/web:53 is pod web']],
  ['a hostPort is on the node of the pod', POD, { via: 'hostPort', port: 8088 }, ['TCP node/node2:8088 is hostPort 8088 on node2']],
  ['or on the node that is named', POD, { via: 'hostPort', port: 8088, node: 'node1' }, ['TCP node/node1:8088 is hostPort 8088 on node1']],
  ['a Service: its first port', service('web'), {}, ['TCP svc/default/web:80 is Service web']],
  ["a Service's port by name", service('web'), { via: 'ClusterIP', portName: 'dns' }, ['UDP svc/default/web:53 is Service web']],
  [
    'a port that a Service does not have',
    service('plain'),
    { via: 'port', port: 81 },
    ['TCP svc/default/plain:81 is Service plain, which has only port 80/TCP'],
  ],
  [
    'an unnamed NodePort: every node',
    service('web'),
    { via: 'NodePort', port: 30080 },
    ['TCP nodeport/node1:30080 is NodePort 30080 on node1', 'TCP nodeport/node2:30080 is NodePort 30080 on node2'],
  ],
  ["a node's NodePort: a port of the node", NODE, { via: 'NodePort', port: 30080 }, ['TCP node/node2:30080 is node2']],
  ["a NodePort of the sender's own machine", LOCALHOST, { via: 'NodePort', port: 30080 }, ['TCP ip/127.0.0.1:30080 is localhost']],
  ['a node without a port: by ping', NODE, {}, ['ICMP node/node2 is node2']],
];

for (const [name, object, route, expected] of MEANT) test(name, () => assert.deepEqual(targets(object, route), expected));

const WRONG: readonly [string, ObjectSelection, Partial<RouteSelection>, RegExp][] = [
  ["a misspelt name of a Service's port", service('web'), { via: 'port', portName: 'htp' }, /no port named "htp"[^]*did you mean "http"/],
  ['a name that no port has', service('web'), { via: 'port', portName: 'postgres' }, /its ports are named http, dns/],
  ['a name where no port has one', service('plain'), { via: 'port', portName: 'http' }, /none of its ports has a name: use the number/],
  ['a port of another container', SIDE, { via: 'port', portName: 'http' }, /pod web has no port named "http"/],
  ["a name of a node's port", NODE, { via: 'port', portName: 'http' }, /node2 has no ports with names/],
  ['a NodePort of a Service without one', service('plain'), { via: 'NodePort' }, /Service plain has no NodePort/],
  ['a pod by a ClusterIP', POD, { via: 'ClusterIP' }, /a pod has no ClusterIP: only a Service has/],
  ['a pod by a NodePort', POD, { via: 'NodePort', port: 30080 }, /a pod has no NodePort: only a Service has/],
  ['a container by a load balancer', SIDE, { via: 'LoadBalancer' }, /a pod has no LoadBalancer/],
  ['a node by an ExternalIP', NODE, { via: 'ExternalIP', address: '1.2.3.4' }, /a node has no ExternalIP/],
  ['a node by a NodePort without a number', NODE, { via: 'NodePort' }, /whose is meant is not said/],
  ['a node by the NodePort of another', NODE, { via: 'NodePort', port: 30080, node: 'node1' }, /write node1 via NodePort 30080/],
  [
    'localhost by the NodePort of a node',
    LOCALHOST,
    { via: 'NodePort', port: 30080, node: 'node1' },
    /localhost is the sender's own machine/,
  ],
  ['a Service by a hostPort', service('web'), { via: 'hostPort', port: 8088 }, /a Service has no hostPort: it is of a container/],
  ['an address by a hostPort', ADDRESS, { via: 'hostPort', port: 8088 }, /an address has no hostPort/],
  ['an address by a NodePort', ADDRESS, { via: 'NodePort', port: 30080 }, /an address has no NodePort: only a Service has/],
];

for (const [name, object, route, message] of WRONG) test(`${name} is an error`, () => assert.throws(() => targets(object, route), message));
