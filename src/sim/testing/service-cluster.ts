/** Three nodes with clients, servers and Services, for flows that are like each other in all but the client's port. */
import { defaultCluster } from '../../manifest/cluster/defaults.js';
import { createSimulation, type Simulation } from '../simulation.js';

export const CLIENTS = 3;
const SERVERS = 3;
export const SERVICES = 4;
export const FIRST_NODE_PORT = 30_000;

export function serviceCluster(mode: 'iptables' | 'nftables' | 'ipvs', protocol: 'TCP' | 'UDP'): Simulation {
  const base = defaultCluster(3);
  const simulation = createSimulation({ ...base, kubeProxy: { ...base.kubeProxy, mode } });
  const pod = (name: string, nodeName: string): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { nodeName, containers: [{ name: 'main', image: 'main', ports: [{ containerPort: 80, protocol }] }] },
  });
  const pods = [
    ...Array.from({ length: CLIENTS }, (_, i) => pod(`client${i}`, `node${1 + (i % 2)}`)),
    ...Array.from({ length: SERVERS }, (_, i) => pod(`server${i}`, `node${1 + i}`)),
  ];
  simulation.applyObjects(pods, 'test');
  simulation.settle();
  const addresses = Array.from(
    { length: SERVERS },
    (_, i) => (simulation.get('Pod', 'default', `server${i}`) as unknown as { status: { podIP: string } }).status.podIP,
  );
  const services = Array.from({ length: SERVICES }, (_, i) => [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `s${i}` },
      spec: { type: 'NodePort', ports: [{ port: 80, protocol, nodePort: FIRST_NODE_PORT + i }] },
    },
    {
      ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
      metadata: { name: `s${i}-slice`, labels: { 'kubernetes.io/service-name': `s${i}` } },
      endpoints: [0, 1].map((k) => ({ addresses: [addresses[(i + k) % SERVERS]] })),
      ports: [{ port: 80, protocol }],
    },
  ]);
  simulation.applyObjects(services.flat(), 'test');
  simulation.settle();
  return simulation;
}
