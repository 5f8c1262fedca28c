/**
 * A cluster of three nodes with so many Services, kube-proxy in one of its modes, and flows through it that differ in client, Service and
 * source port: each calls a NodePort of its own node, whose endpoints are on the two others. A Service has two endpoints.
 */
import { loadEngine } from './engine.mjs';

const CLIENTS = 12;
const SERVERS = 8;
/** As many as fit the range of node ports. */
const NODE_PORTS = 2000;
const FIRST_NODE_PORT = 30_000;
const FIRST_SOURCE_PORT = 32_768;

export async function makeWorld(mode, services) {
  const engine = await loadEngine();
  const cluster = engine.defaultCluster(3);
  const simulation = engine.createSimulation({ ...cluster, kubeProxy: { ...cluster.kubeProxy, mode } });
  simulation.applyObjects(pods(), 'bench');
  simulation.settle();
  const addresses = Array.from({ length: SERVERS }, (_, i) => simulation.get('Pod', 'default', `server${i}`).status.podIP);
  simulation.applyObjects(
    Array.from({ length: services }, (_, i) => i).flatMap((i) => serviceObjects(i, addresses)),
    'bench',
  );
  simulation.settle();
  const source = simulation.clusterPlan();
  return { mode, services, simulation, source, network: engine.createNetwork(source), flows: flows(simulation, services) };
}

function pods() {
  const pod = (name, nodeName) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName, containers: [{ name: 'main', image: 'main', ports: [{ containerPort: 80 }] }] },
  });
  return [
    ...Array.from({ length: CLIENTS }, (_, i) => pod(`client${i}`, 'node1')),
    ...Array.from({ length: SERVERS }, (_, i) => pod(`server${i}`, i % 2 === 0 ? 'node2' : 'node3')),
  ];
}

function serviceObjects(i, addresses) {
  const exposed = i < NODE_PORTS ? { type: 'NodePort', ports: [{ port: 80, nodePort: FIRST_NODE_PORT + i }] } : { ports: [{ port: 80 }] };
  return [
    { apiVersion: 'v1', kind: 'Service', metadata: { name: `s${i}` }, spec: exposed },
    {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `s${i}-slice`, labels: { 'kubernetes.io/service-name': `s${i}` } },
      addressType: 'IPv4',
      endpoints: [0, 1].map((k) => ({ addresses: [addresses[(i + 3 * k) % SERVERS]], nodeName: (i + 3 * k) % 2 === 0 ? 'node2' : 'node3' })),
      ports: [{ port: 80, protocol: 'TCP' }],
    },
  ];
}

/** The n-th flow; clients, Services and source ports go round with periods that have little in common. With `once` none is asked twice. */
function flows(simulation, services) {
  const clients = Array.from({ length: CLIENTS }, (_, i) => simulation.resolve({ from: `pod/client${i}`, to: `nodeport/node1:${FIRST_NODE_PORT}` }));
  const exposed = Math.min(services, NODE_PORTS);
  const dst = clients[0].destination.ip;
  const netns = clients.map(({ source }) => source.netns);
  return (n, { extent, once = false }) => ({
    netns: netns[n % CLIENTS],
    proto: 'tcp',
    dst,
    dport: FIRST_NODE_PORT + ((n * 389) % exposed),
    sport: FIRST_SOURCE_PORT + ((n * 61) % 28_000),
    timeoutMs: once ? 5000 + n : 5000,
    extent,
  });
}

/** Either of two branches, in turn. */
export function alternating() {
  let turn = 0;
  return { choose: (_site, weights) => turn++ % weights.length };
}
