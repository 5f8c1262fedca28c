/**
 * What kube-proxy deletes of its node's connection table after a sync in which endpoints of a UDP port changed: UDP connections to a Service that are
 * answered by none of its serving endpoints. Source: Kubernetes 1.34 pkg/proxy/conntrack/cleanup.go (CleanStaleEntries; since 1.34 the endpoint's port
 * counts too, since 1.32 the whole table is compared). TCP and SCTP stay as they are, and so do connections of a Service without any serving endpoint
 * (until 1.37), or that is no more. The same in every mode.
 */
import type { ServiceModel } from './service-model.js';
import type { ProxyPort } from './service-port.js';

/** One line of the table. */
export interface TrackedFlow {
  readonly proto: string;
  readonly origDst: string;
  readonly origDport: number;
  readonly replySrc: string;
  readonly replySport: number;
}

/** Whether a sync from the one to the other looks at the table at all. */
export function cleansConnections(before: ServiceModel, now: ServiceModel): boolean {
  if (before === now) return false;
  return udpEndpoints(before) !== udpEndpoints(now);
}

/** Arguments of conntrack(8) that delete them. */
export function staleConnections({ ports }: ServiceModel, flows: readonly TrackedFlow[]): readonly string[] {
  const byAddress = new Map<string, ReadonlySet<string>>();
  const byNodePort = new Map<number, ReadonlySet<string>>();
  for (const port of ports.filter(isUdp)) {
    const serving = new Set(port.endpoints.filter((endpoint) => endpoint.serving).map(({ text }) => text));
    if (serving.size === 0) continue;
    for (const ip of [port.clusterIP, ...port.externalIPs, ...port.loadBalancerVIPs]) byAddress.set(`${ip} ${port.port}`, serving);
    if (port.nodePort !== 0) byNodePort.set(port.nodePort, serving);
  }
  const deletions = flows
    .filter(({ proto }) => proto === 'udp')
    .flatMap(({ origDst, origDport, replySrc, replySport }) => {
      const six = replySrc.includes(':');
      const answers = six ? `[${replySrc}]:${replySport}` : `${replySrc}:${replySport}`;
      const udp = six ? '-f ipv6 -p udp' : '-p udp';
      const from = `--dport ${origDport} -r ${replySrc} --reply-port-src ${replySport}`;
      return [
        ...(byAddress.get(`${origDst} ${origDport}`)?.has(answers) === false ? [`-D ${udp} -d ${origDst} ${from}`] : []),
        ...(byNodePort.get(origDport)?.has(answers) === false ? [`-D ${udp} ${from}`] : []),
      ];
    });
  return [...new Set(deletions)];
}

function isUdp({ protocol }: ProxyPort): boolean {
  return protocol === 'udp';
}

function udpEndpoints({ ports }: ServiceModel): string {
  const states = ports.filter(isUdp).map(({ spn, endpoints }) => {
    const each = endpoints.map(({ text, ready, serving, terminating }) => [text, ready, serving, terminating].join());
    return `${spn}=${each.join(' ')}`;
  });
  return states.join('\n');
}
