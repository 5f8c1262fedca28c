/**
 * What many Services cost: 10,000 with 15 endpoints each, each a pod that answers. The memory that the cluster holds, before and after the first trace,
 * which renders one node as far as a packet needs it; from a changed endpoint to the next trace, which must show it; and all rules of one node as text. CPU time.
 */
import { loadEngine } from './engine.mjs';

const SERVICES = 10_000;
const ENDPOINTS = 15;
const CHANGES = 100;
/** The engine's optimiser has compiled what a change runs by then: a first change costs some ten times as much, whatever the cluster. */
const WARM_UP = 300;
/** With more nodes only the memory is of interest. */
const MANY = 100;
const FORMATS = { iptables: 'iptables-save', nftables: 'nft', ipvs: 'ipvsadm' };

async function measure(mode, nodes) {
  const { createSimulation, defaultCluster } = await loadEngine();
  const cluster = defaultCluster(nodes);
  const podCIDRs = ['10.128.0.0/10'];
  const simulation = createSimulation({ ...cluster, podCIDRs, kubeProxy: { mode, config: { clusterCIDR: podCIDRs[0] } } });
  simulation.applyObjects([pod('client', 'node1'), ...Array.from({ length: ENDPOINTS }, (_, i) => pod(`server${i}`, i % 2 === 0 ? 'node2' : 'node3'))], 'bench');
  simulation.settle();
  const servers = Array.from({ length: ENDPOINTS }, (_, i) => simulation.get('Pod', 'default', `server${i}`).status.podIP);
  simulation.applyObjects(
    Array.from({ length: SERVICES }, (_, i) => i).flatMap((i) => [service(i), slice(i, servers)]),
    'bench',
  );
  simulation.settle();
  const heldMiB = memoryMiB();
  const first = cpuMs(() => simulation.trace({ from: 'pod/client', to: 'svc/s0:80' }));
  const result = { mode, nodes, heldMiB, firstTraceMs: first, tracedMiB: memoryMiB() };
  if (nodes > MANY) return result;
  const changes = Array.from({ length: CHANGES + WARM_UP }, (_, n) => change(simulation, (n * 389) % SERVICES, servers, n)).slice(WARM_UP);
  changes.sort((a, b) => a - b);
  const textMs = cpuMs(() => simulation.render('node1', FORMATS[mode]));
  return { ...result, changeMedianMs: changes[CHANGES / 2], changeP99Ms: changes[Math.ceil(CHANGES * 0.99) - 1], textMs };
}

/** One endpoint gets another port, and the trace's outcomes are asked for it. */
function change(simulation, i, servers, n) {
  const port = 1000 + n;
  const changed = slice(i, servers, port);
  let outcomes = [];
  const ms = cpuMs(() => {
    simulation.store.update(changed);
    ({ outcomes } = simulation.trace({ from: 'pod/client', to: `svc/s${i}:80` }));
  });
  if (!outcomes.some(({ nat }) => nat.some(({ to }) => to === `${servers[0]}:${port}`))) throw new Error(`${i}: no outcome shows the change`);
  return ms;
}

function cpuMs(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function memoryMiB() {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}

function pod(name, nodeName) {
  const containers = [{ name: 'main', image: 'main', ports: [{ containerPort: 80 }] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec: { nodeName, containers } };
}

function service(i) {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name: `s${i}`, namespace: 'default' }, spec: { ports: [{ port: 80 }] } };
}

function slice(i, servers, port = 80) {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `s${i}-slice`, namespace: 'default', labels: { 'kubernetes.io/service-name': `s${i}` } },
    addressType: 'IPv4',
    endpoints: servers.map((address, k) => ({ addresses: [address], conditions: { ready: true }, nodeName: k % 2 === 0 ? 'node2' : 'node3' })),
    ports: [{ name: '', port, protocol: 'TCP' }],
  };
}

const [job, mode, nodes] = process.argv.slice(2);
if (job === 'services') console.log(JSON.stringify(await measure(mode, Number(nodes))));
