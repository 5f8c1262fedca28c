/** Outcomes that tests of several files share: a Service over VXLAN, a NodePort with masquerade, drops, rejects, a lost reply. */
import type { Outcome } from '../../trace/trace.js';
import { outcome, way } from './build-trace.test.js';

const CLIENT = '10.244.1.2:40000';

const DNAT_RULES = (pod: string): string =>
  `nat PREROUTING#1:-j KUBE-SERVICES; nat KUBE-SERVICES#4:-d 10.96.0.20/32 -p tcp -j KUBE-SVC-2CMXP7HKUVJN7L6M; nat KUBE-SVC-2CMXP7HKUVJN7L6M#2:-j KUBE-SEP-${pod}; nat KUBE-SEP-${pod}#2:-p tcp -j DNAT`;

function vxlanRequest(name: string, n: number, ip: string): string {
  return `
    pod.default.a@node1 route output by default via 10.244.1.1 dev eth0
    pod.default.a@node1 tx eth0
    node1 rx veth1a2b3c4d
    node1 prerouting:cni0 ${DNAT_RULES(n === 2 ? 'AAAAAAAAAAAAAAAA' : 'BBBBBBBBBBBBBBBB')} => DNAT to ${ip}:80
    node1 bridge cni0 !to local
    node1 rx cni0
    node1 route forward by 10.244.${n}.0/24 via 10.244.${n}.0 dev flannel.1 onlink
    node1 forward filter FORWARD#2:-j FLANNEL-FWD; filter FLANNEL-FWD#1:-s 10.244.0.0/16 -j ACCEPT
    node1 postrouting nat POSTROUTING#1:-j KUBE-POSTROUTING; nat KUBE-POSTROUTING#1:-j RETURN; nat FLANNEL-POSTRTG#2:-s 10.244.1.0/24 -d 10.244.0.0/16 -j RETURN
    node1 tx flannel.1
    node1 encapsulate flannel.1 => encapsulates in VXLAN
    node1 output
    node1 tx eth0
    fabric.net rx node1
    fabric.net bridge br0
    fabric.net tx node${n}
    node${n} rx eth0
    node${n} decapsulate flannel.1 => decapsulates VXLAN
    node${n} rx flannel.1
    node${n} route forward by 10.244.${n}.0/24 dev cni0
    node${n} forward filter FORWARD#2:-j FLANNEL-FWD; filter FLANNEL-FWD#2:-d 10.244.0.0/16 -j ACCEPT
    node${n} tx cni0
    node${n} bridge cni0
    node${n} tx veth9f8e7d6c
    pod.default.${name}@node${n} rx eth0
    pod.default.${name}@node${n} route local by local ${ip} dev eth0
    pod.default.${name}@node${n} deliver eth0`;
}

function vxlanReply(name: string, n: number): string {
  return `
    pod.default.${name}@node${n} tx eth0
    node${n} rx cni0
    node${n} tx flannel.1
    node${n} encapsulate flannel.1 => encapsulates in VXLAN
    node${n} tx eth0
    node1 rx eth0
    node1 decapsulate flannel.1 => decapsulates VXLAN
    node1 rx flannel.1
    node1 prerouting => un-DNAT to 10.96.0.20:80
    node1 tx cni0
    pod.default.a@node1 rx eth0
    pod.default.a@node1 deliver eth0`;
}

/** Pod a on node1 calls Service nginx; the endpoint is a pod on node2 or node3, over VXLAN. */
export function viaVxlan(name: 'nginx-1' | 'nginx-2', over: Partial<Outcome> = {}): Outcome {
  const n = name === 'nginx-1' ? 2 : 3;
  const ip = `10.244.${n}.4`;
  return outcome({
    probability: 0.5,
    server: `pod/default/${name}`,
    clientSees: { src: CLIENT, dst: '10.96.0.20:80' },
    serverSees: { src: CLIENT, dst: `${ip}:80` },
    dnat: true,
    nat: [
      {
        node: 'node1',
        hook: 'prerouting',
        kind: 'DNAT',
        from: '10.96.0.20:80',
        to: `${ip}:80`,
        rule: { table: 'nat', chain: 'KUBE-SEP-AAAAAAAAAAAAAAAA', index: 2, text: '-p tcp -j DNAT' },
      },
    ],
    encapsulations: [
      { kind: 'VXLAN', from: 'node1', to: `node${n}`, outer: { src: '192.168.1.10:51000', dst: `192.168.1.${n}0:8472` }, vni: 1 },
    ],
    request: way(vxlanRequest(name, n, ip)),
    reply: way(vxlanReply(name, n)),
    ...over,
  });
}

/** The laptop calls node2's NodePort; the endpoint is on node3, so node2 masquerades. */
export function viaNodePort(over: Partial<Outcome> = {}): Outcome {
  const masquerade = '-m comment --comment "kubernetes service traffic requiring SNAT" -j MASQUERADE --random-fully';
  return outcome({
    probability: 0.5,
    server: 'pod/default/nginx-2',
    clientSees: { src: '203.0.113.9:40000', dst: '192.168.1.20:30080' },
    serverSees: { src: '192.168.1.20:1024', dst: '10.244.3.4:80' },
    snat: true,
    dnat: true,
    nat: [
      {
        node: 'node2',
        hook: 'prerouting',
        kind: 'DNAT',
        from: '192.168.1.20:30080',
        to: '10.244.3.4:80',
        rule: { table: 'nat', chain: 'KUBE-SEP-B', index: 2, text: '-j DNAT' },
      },
      {
        node: 'node2',
        hook: 'postrouting',
        kind: 'MASQUERADE',
        from: '203.0.113.9:40000',
        to: '192.168.1.20:1024',
        rule: { table: 'nat', chain: 'KUBE-POSTROUTING', index: 3, text: masquerade },
      },
    ],
    request: way(`
      external.laptop@laptop tx eth0
      fabric.net rx laptop
      fabric.net route forward by 192.168.1.0/24 dev br0
      fabric.net tx br0
      node2 rx eth0
      node2 prerouting nat PREROUTING#1:-j KUBE-SERVICES; nat KUBE-SERVICES#9:-j KUBE-NODEPORTS; nat KUBE-NODEPORTS#1:-j KUBE-EXT-X; nat KUBE-EXT-X#1:-j KUBE-MARK-MASQ; nat KUBE-SVC-X#2:-j KUBE-SEP-B; nat KUBE-SEP-B#2:-j DNAT => DNAT to 10.244.3.4:80
      node2 route forward by 10.244.3.0/24 via 192.168.1.30 dev eth0
      node2 postrouting nat POSTROUTING#1:-j KUBE-POSTROUTING; nat KUBE-POSTROUTING#3:${masquerade} => MASQUERADE to 192.168.1.20:1024
      node2 tx eth0
      node3 rx eth0
      node3 route forward by 10.244.3.0/24 dev cni0
      node3 tx cni0
      pod.default.nginx-2@node3 rx eth0
      pod.default.nginx-2@node3 deliver eth0`),
    reply: way(`
      pod.default.nginx-2@node3 tx eth0
      node3 rx cni0
      node3 tx eth0
      node2 rx eth0
      node2 prerouting => un-SNAT to 203.0.113.9:40000
      node2 postrouting => un-DNAT to 192.168.1.20:30080
      node2 tx eth0
      external.laptop@laptop rx eth0
      external.laptop@laptop deliver eth0`),
    ...over,
  });
}

const LOST = { server: null, serverSees: null, pathMtu: 1450 } as const;

/** A Service without endpoints is rejected where the packet meets it. */
export function rejected(): Outcome {
  const text =
    '-d 10.96.0.30/32 -p tcp -m comment --comment "default/empty has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable';
  return outcome({
    ...LOST,
    verdict: 'refused',
    clientSees: { src: CLIENT, dst: '10.96.0.30:80' },
    icmp: { type: 3, code: 3, from: '10.244.1.1' },
    cause: {
      node: 'node1',
      netns: 'node1',
      hook: 'forward',
      table: 'filter',
      chain: 'KUBE-SERVICES',
      rule: 1,
      text: `-A KUBE-SERVICES ${text}`,
      reason: 'NETFILTER_REJECT',
      behind: { kind: 'Service', namespace: 'default', name: 'empty', detail: 'it has no ready endpoints' },
    },
    request: way(`
      pod.default.a@node1 tx eth0
      node1 rx cni0
      node1 forward filter FORWARD#1:-j KUBE-SERVICES; filter KUBE-SERVICES#1:${text} !reject
      node1 answer => with ICMP port unreachable from 10.244.1.1 !reject`),
  });
}

/** A policy on node2 drops what enters the pod. */
export function droppedByPolicy(): Outcome {
  return outcome({
    ...LOST,
    verdict: 'timeout',
    cause: {
      node: 'node2',
      netns: 'node2',
      hook: 'forward',
      table: 'filter',
      chain: 'KUBE-POD-FW-B',
      rule: 3,
      text: '-A KUBE-POD-FW-B -m comment --comment "default/deny-all" -j DROP',
      reason: 'NETFILTER_DROP',
      behind: { kind: 'NetworkPolicy', namespace: 'default', name: 'deny-all', detail: 'it selects pod b for ingress and allows nobody' },
    },
    request: way(`
      pod.default.a@node1 tx eth0
      node1 rx cni0
      node1 tx eth0
      node2 rx eth0
      node2 forward filter FORWARD#1:-j KUBE-POD-FW-B; filter KUBE-POD-FW-B#3:-j DROP !drop
      node2 drop eth0 NETFILTER_DROP`),
  });
}

/** Nothing listens in the pod. */
export function noSocket(): Outcome {
  return outcome({
    ...LOST,
    verdict: 'refused',
    clientSees: { src: CLIENT, dst: '10.244.2.3:81' },
    cause: {
      node: 'node2',
      netns: 'pod.default.b',
      hook: null,
      table: null,
      chain: null,
      rule: null,
      text: 'no socket listens on 10.244.2.3:81',
      reason: 'NO_SOCKET',
      behind: null,
    },
    request: way(`
      pod.default.a@node1 tx eth0
      node1 rx cni0
      node1 tx eth0
      node2 rx eth0
      node2 tx cni0
      pod.default.b@node2 rx eth0
      pod.default.b@node2 drop eth0 NO_SOCKET
      pod.default.b@node2 answer => with a TCP reset !reject`),
  });
}

/** An outside client sends to a ClusterIP: the router has no way. */
export function noRoute(): Outcome {
  return outcome({
    ...LOST,
    verdict: 'unreachable',
    clientSees: { src: '203.0.113.9:40000', dst: '10.96.0.20:80' },
    icmp: { type: 3, code: 0, from: '203.0.113.1' },
    cause: {
      node: 'fabric.net',
      netns: 'fabric.net',
      hook: null,
      table: null,
      chain: null,
      rule: null,
      text: 'no route to 10.96.0.20',
      reason: 'IP_INNOROUTES',
      behind: null,
    },
    request: way(`
      external.laptop@laptop tx eth0
      fabric.net rx laptop
      fabric.net drop laptop IP_INNOROUTES
      fabric.net answer => with ICMP net unreachable from 203.0.113.1 !reject`),
  });
}

/** The request arrives; the answer is dropped by the reverse path filter of node1. */
export function replyLost(): Outcome {
  return outcome({
    server: null,
    verdict: 'timeout',
    cause: {
      node: 'node1',
      netns: 'node1',
      hook: null,
      table: null,
      chain: null,
      rule: null,
      text: '10.244.2.3 on eth0: the way back is flannel.1',
      reason: 'IP_RPFILTER',
      behind: null,
    },
    request: way(`
      pod.default.a@node1 tx eth0
      node1 rx cni0
      node1 tx eth0
      node2 rx eth0
      pod.default.b@node2 rx eth0
      pod.default.b@node2 deliver eth0`),
    reply: way(`
      pod.default.b@node2 tx eth0
      node2 rx cni0
      node2 tx eth0
      node1 rx eth0
      node1 drop eth0 IP_RPFILTER`),
  });
}
