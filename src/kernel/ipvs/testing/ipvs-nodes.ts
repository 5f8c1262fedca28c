/**
 * The two nodes of kernel/testing with IPVS in place of their Services' rules, in the manner of kube-proxy's ipvs mode: addresses on a dummy
 * device that is down, ipsets, the rules that look at them, and the sysctls that it sets.
 */
import { readIptables } from '../../../plan/iptables-text.js';
import type { NetnsPlan, Plan } from '../../../plan/plan.js';
import { type TwoNodes, twoNodes } from '../../testing/two-nodes.js';

export interface IpvsNodes extends TwoNodes {
  /** Lines of `ipvsadm -R` beside the Services below, for node n1. */
  readonly ipvs?: readonly string[];
}

const CLUSTER_IPS = [1, 2, 3, 4, 5, 6, 7].map((n) => `10.96.0.${n}`);

/** Service, protocol and port, then the servers. */
const SERVICES: readonly (readonly [service: string, ...servers: string[]])[] = [
  ['-t 10.96.0.1:80', '10.244.1.2:80', '10.244.2.2:80', '10.244.2.3:80'],
  ['-t 10.96.0.2:80', '10.244.1.2:80'],
  ['-u 10.96.0.3:53', '10.244.2.2:53'],
  ['-t 10.96.0.4:80'],
  ['-t 10.96.0.5:80', '10.244.2.2:81'],
  ['-t 10.96.0.6:80', '192.168.1.11:22'],
  ['-t 10.96.0.7:80', '10.244.2.77:80'],
];

const KUBE_SYSCTL: Readonly<Record<string, string>> = {
  'net.ipv4.vs.conntrack': '1',
  'net.ipv4.vs.expire_nodest_conn': '1',
  'net.ipv4.vs.expire_quiescent_template': '1',
};

export function ipvsNodes(variant: IpvsNodes): Plan {
  const plan = twoNodes(variant);
  const netns: Record<string, NetnsPlan> = { ...plan.netns };
  for (const [name, ip] of [
    ['n1', '192.168.1.11'],
    ['n2', '192.168.1.12'],
  ] as const) {
    const node = plan.netns[name] as NetnsPlan;
    netns[name] = {
      ...node,
      sysctl: { ...node.sysctl, ...KUBE_SYSCTL, ...variant.sysctl?.[name] },
      links: [...node.links, { name: 'kube-ipvs0', kind: 'dummy', up: false, addr: CLUSTER_IPS.map((address) => `${address}/32`) }],
      iptables: readIptables(rules(variant.filter ?? []), name),
      ipset: sets(),
      ipvs: [...services(ip), ...(name === 'n1' ? (variant.ipvs ?? []) : [])].join('\n'),
    };
  }
  return { ...plan, netns };
}

function services(nodeIp: string): string[] {
  const nodePorts: typeof SERVICES = [
    [`-t ${nodeIp}:30080`, '10.244.2.2:80'],
    [`-t ${nodeIp}:30081`, ...(nodeIp === '192.168.1.12' ? ['10.244.2.2:80'] : [])],
  ];
  return [...SERVICES, ...nodePorts].flatMap(([key, ...servers]) => [
    `-A ${key} -s rr`,
    ...servers.map((ip) => `-a ${key} -r ${ip} -m -w 1`),
  ]);
}

function sets(): string {
  return [
    'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536',
    ...[1, 2, 4, 5, 6, 7].map((n) => `add KUBE-CLUSTER-IP 10.96.0.${n},tcp:80`),
    'add KUBE-CLUSTER-IP 10.96.0.3,udp:53',
    'create KUBE-IPVS-IPS hash:ip family inet hashsize 1024 maxelem 65536',
    ...CLUSTER_IPS.map((ip) => `add KUBE-IPVS-IPS ${ip}`),
    'create KUBE-LOOP-BACK hash:ip,port,ip family inet hashsize 1024 maxelem 65536',
    ...['10.244.1.2', '10.244.2.2', '10.244.2.3'].map((ip) => `add KUBE-LOOP-BACK ${ip},tcp:80,${ip}`),
    'create KUBE-NODE-PORT-TCP bitmap:port range 0-65535',
    'add KUBE-NODE-PORT-TCP 30080',
    'add KUBE-NODE-PORT-TCP 30081',
    'create KUBE-NODE-PORT-LOCAL-TCP bitmap:port range 0-65535',
    'add KUBE-NODE-PORT-LOCAL-TCP 30081',
  ].join('\n');
}

/** As kube-proxy 1.34 writes them (pkg/proxy/ipvs/proxier.go), with flannel's masquerading after them. */
function rules(filter: readonly string[]): string {
  return [
    ...[
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':FORWARD DROP [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':KUBE-FORWARD - [0:0]',
      ':KUBE-IPVS-FILTER - [0:0]',
    ],
    ...filter.map((rule) => `-A ${rule}`),
    ...['-A INPUT -j KUBE-IPVS-FILTER', '-A FORWARD -j KUBE-FORWARD'],
    '-A KUBE-FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A KUBE-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ...['-A FORWARD -s 10.244.0.0/16 -j ACCEPT', '-A FORWARD -d 10.244.0.0/16 -j ACCEPT'],
    '-A KUBE-IPVS-FILTER -m set --match-set KUBE-CLUSTER-IP dst,dst -j RETURN',
    '-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT --reject-with icmp-port-unreachable',
    'COMMIT',
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'],
    ...[':KUBE-SERVICES - [0:0]', ':KUBE-NODE-PORT - [0:0]', ':KUBE-MARK-MASQ - [0:0]', ':KUBE-POSTROUTING - [0:0]', ':FLANNEL - [0:0]'],
    ...['-A PREROUTING -j KUBE-SERVICES', '-A OUTPUT -j KUBE-SERVICES', '-A POSTROUTING -j KUBE-POSTROUTING', '-A POSTROUTING -j FLANNEL'],
    '-A KUBE-SERVICES -s 127.0.0.0/8 -j RETURN',
    '-A KUBE-SERVICES ! -s 10.244.0.0/16 -m set --match-set KUBE-CLUSTER-IP dst,dst -j KUBE-MARK-MASQ',
    '-A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODE-PORT',
    '-A KUBE-SERVICES -m set --match-set KUBE-CLUSTER-IP dst,dst -j ACCEPT',
    '-A KUBE-NODE-PORT -p tcp -m set --match-set KUBE-NODE-PORT-LOCAL-TCP dst -j RETURN',
    '-A KUBE-NODE-PORT -p tcp -m set --match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ',
    '-A KUBE-MARK-MASQ -j MARK --set-xmark 0x4000/0x4000',
    '-A KUBE-POSTROUTING -m set --match-set KUBE-LOOP-BACK dst,dst,src -j MASQUERADE',
    '-A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A KUBE-POSTROUTING -j MARK --set-xmark 0x4000/0x0',
    '-A KUBE-POSTROUTING -j MASQUERADE --random-fully',
    '-A FLANNEL -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE --random-fully',
    ...['COMMIT', ''],
  ].join('\n');
}
