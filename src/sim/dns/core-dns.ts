/**
 * CoreDNS as kubeadm installs it: two replicas behind the Service kube-dns at the tenth address of the Service range. Source: Kubernetes 1.34
 * cmd/kubeadm/app/phases/addons/dns/manifests.go. It comes into a cluster when a name is first asked for, unless the cluster has brought its own: who
 * asks for no names pays nothing for it.
 */
import { parseCidr } from '../../base/cidr.js';
import { addIp, formatIp } from '../../base/ip.js';
import { KUBEADM_COREFILE } from '../../node/dns/coredns/default-corefile.js';
import type { Simulation } from '../simulation.js';

const NAMESPACE = 'kube-system';
const SERVICE = 'kube-dns';
const LABELS = { 'k8s-app': 'kube-dns' };
const CONFIG = 'coredns';
const REPLICAS = 2;
const TENTH = 10;

/** The address that pods ask, whether or not anybody is there. */
export function clusterDNS({ cluster }: Simulation): readonly string[] {
  if (cluster.dns?.clusterDNS !== undefined) return cluster.dns.clusterDNS;
  return tenthAddresses(cluster);
}

function tenthAddresses(cluster: Simulation['cluster']): readonly string[] {
  // kubeadm takes the first range alone, whatever families there are.
  return cluster.serviceCIDRs.slice(0, 1).flatMap((text) => {
    const range = parseCidr(text);
    return range === undefined ? [] : [formatIp(addIp(range.ip, TENTH))];
  });
}

export function ensureCoreDns(simulation: Simulation): void {
  if (simulation.get('Service', NAMESPACE, SERVICE) !== undefined) return;
  const [clusterIP] = tenthAddresses(simulation.cluster);
  const isConfigured = simulation.get('ConfigMap', NAMESPACE, CONFIG) !== undefined;
  simulation.applyObjects([...(isConfigured ? [] : [configMap()]), deployment(), service(clusterIP)], 'kubeadm');
}

function configMap(): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: CONFIG, namespace: NAMESPACE }, data: { Corefile: KUBEADM_COREFILE } };
}

function deployment(): Record<string, unknown> {
  const ports = [
    { name: 'dns', containerPort: 53, protocol: 'UDP' },
    { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
    { name: 'metrics', containerPort: 9153, protocol: 'TCP' },
  ];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'coredns', namespace: NAMESPACE, labels: LABELS },
    spec: {
      replicas: REPLICAS,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          dnsPolicy: 'Default',
          tolerations: [
            { key: 'CriticalAddonsOnly', operator: 'Exists' },
            { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: CONFIG, items: [{ key: 'Corefile', path: 'Corefile' }] } }],
          containers: [{ name: 'coredns', image: 'registry.k8s.io/coredns/coredns:v1.12.1', ports }],
        },
      },
    },
  };
}

function service(clusterIP: string | undefined): Record<string, unknown> {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: SERVICE,
      namespace: NAMESPACE,
      labels: { ...LABELS, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS' },
    },
    spec: {
      clusterIP,
      selector: LABELS,
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP', targetPort: 53 },
        { name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53 },
        { name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153 },
      ],
    },
  };
}
