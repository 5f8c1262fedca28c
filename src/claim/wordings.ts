/**
 * Every wording of sentences about traffic with an example that parses, in the order a reader meets them: what `hopspec steps` lists.
 * A test parses each example. `notModelled` wordings are understood and then end a scenario with "cannot say".
 */
export type WordingGroup =
  | 'sentence'
  | 'subject'
  | 'object'
  | 'route'
  | 'qualifier'
  | 'qualifier alone'
  | 'path'
  | 'path line'
  | 'table'
  | 'spread';

export interface Wording {
  readonly group: WordingGroup;
  readonly wording: string;
  /** A whole step's text. */
  readonly example: string;
  readonly meaning: string;
  readonly notModelled?: true | undefined;
}

type Entry = readonly [wording: string, meaning: string, example: string];
type GroupedEntry = readonly [wording: string, meaning: string, example: string, group: WordingGroup];

const SENTENCES: readonly Entry[] = [
  ['<subject> can reach <object>', 'answered in every outcome the network allows', 'pod A can reach pod B'],
  ['<subject> cannot reach <object>', 'answered in no outcome', 'pod A cannot reach pod B'],
  ['<subject> can sometimes reach <object>', 'answered in at least one outcome', 'pod A can sometimes reach Service nginx'],
];

const SUBJECTS: readonly Entry[] = [
  ['pod A', 'one pod', 'pod A can reach pod B'],
  ['pod shop/web-0', 'a pod of another namespace', 'pod shop/web-0 can reach pod B'],
  ['pod A on node1', 'one pod, which must run there', 'pod A on node1 can reach pod B'],
  ['a pod of Deployment web', 'a pod of a controller', 'a pod of Deployment web can reach pod B'],
  ['every pod of Deployment web', 'each pod of a controller', 'every pod of Deployment web can reach pod B'],
  ['every pod', 'each pod of the cluster', 'every pod can reach Service nginx'],
  ['no pod in namespace dev', 'none of them; also with labels, and of a controller', 'no pod in namespace dev can reach Service nginx'],
  ['every other pod', 'each pod but the one reached and those of the sentence before', 'every other pod cannot reach pod B'],
  ['every pod in namespace dev', 'each pod of a namespace', 'every pod in namespace dev can reach pod B'],
  ['every pod labelled app=web', 'each pod with these labels', 'every pod labelled app=web,tier=front can reach pod B'],
  ['container ssh of pod A', 'one container of a pod', 'container ssh of pod A can reach localhost on port 80'],
  ['node1', 'the node itself', 'node1 can reach pod B'],
  ['client laptop', 'an external client', 'client laptop can reach Service nginx via NodePort 30080'],
];

const OBJECTS: readonly Entry[] = [
  ['Service nginx', 'its ClusterIP and first port', 'pod A can reach Service nginx'],
  ['pod B', 'its address and first declared port', 'pod A can reach pod B'],
  ['container nginx of pod A', "the container's first declared port", 'pod A can reach container nginx of pod A'],
  ['every pod in namespace prod', 'each of them', 'pod A can reach every pod in namespace prod'],
  ['each other', 'where several send: each of them but the sender itself', 'every pod of Deployment web can reach each other'],
  ['node2', "the node's first address", 'pod A can reach node2 on port 22'],
  ['client laptop', 'an external host', 'pod A can reach client laptop on port 443'],
  ['address 10.0.0.1', 'any address', 'pod A can reach address 10.0.0.1 on port 80'],
  ['host "web.shop.svc.cluster.local"', 'a name that DNS resolves', 'pod A can reach host "web.shop.svc.cluster.local"'],
  ['web.shop.svc.cluster.local:80', 'the same, of a Service in full or with a port', 'pod A can reach web.shop.svc.cluster.local:80'],
  ['localhost', '127.0.0.1', 'pod A can reach localhost on port 80'],
];

const ROUTES: readonly Entry[] = [
  ['via ClusterIP', "the Service's own address", 'pod A can reach Service nginx via ClusterIP'],
  ['via NodePort 30080', 'on every node', 'client laptop can reach Service nginx via NodePort 30080'],
  ['via NodePort 30080 on node2', 'on one node', 'client laptop can reach Service nginx via NodePort 30080 on node2'],
  ['via UDP NodePort 30053', 'of that protocol: TCP, UDP, SCTP', 'client laptop can reach Service dns via UDP NodePort 30053'],
  ['via LoadBalancer', "the balancer's address", 'client laptop can reach Service nginx via LoadBalancer'],
  ['via ExternalIP 1.2.3.4', 'one of its externalIPs', 'client laptop can reach Service nginx via ExternalIP 1.2.3.4'],
  ['via hostPort 8080 on node1', "a container's hostPort", 'client laptop can reach pod B via hostPort 8080 on node1'],
  ['on port 80', 'a port by number', 'pod A can reach pod B on port 80'],
  ['on port http', "a port of the Service, or of the pod's containers, by name", 'pod A can reach Service nginx on port http'],
  ['on UDP port 53', 'with its protocol: TCP, UDP, SCTP', 'pod A can reach Service dns on UDP port 53'],
  ['by ping', 'ICMP echo', 'pod A can reach pod B by ping'],
  [
    'over IPv6',
    'by its address of this family, IPv4 or IPv6; also after another route. Without it by the first that the sender can call',
    'pod A can reach Service nginx via NodePort 30080 on node2 over IPv6',
  ],
];

const LATER: readonly GroupedEntry[] = [
  [
    'via Ingress "shop.example/cart"',
    'through an Ingress',
    'client laptop can reach Service cart via Ingress "shop.example/cart"',
    'route',
  ],
  ['via Gateway "shop.example/cart"', 'through a Gateway', 'client laptop can reach Service cart via Gateway "shop.example/cart"', 'route'],
];

/** Each also stands alone about the last claim, with `it` where it begins with a verb. */
const QUALIFIERS: readonly Entry[] = [
  ['is SNATed', "the server sees another source address than the client's", 'can'],
  ['is SNATed to node1', "the source becomes one of the node's addresses", 'can'],
  ['is SNATed to 10.244.1.0', 'the source becomes this address', 'can'],
  ['is not SNATed', "the server sees the client's own address", 'can'],
  ['is DNATed to pod B', 'the destination becomes an address of the pod', 'can'],
  ['is DNATed to 10.244.2.3:8080', 'the destination becomes this address and port', 'can'],
  ['is not DNATed', 'the server is called by the address the client called', 'can'],
  ['the server sees 192.168.1.20', 'the source address at the server', 'can'],
  ["the server sees the client's own address", 'nobody changed the source address', 'can'],
  ['the PROXY header names 203.0.113.9', 'the client that a balancer names to the server', 'can'],
  ["the PROXY header names the client's own address", 'a balancer names the client to the server', 'can'],
  ['carries no PROXY header', 'nothing is said before what the client says', 'can'],
  ['is encapsulated in VXLAN', 'in a tunnel of this kind: VXLAN, IPIP, GRE, Geneve, WireGuard, UDP', 'can'],
  ['is encapsulated in VXLAN between node1 and node2', 'with its two ends, in either order', 'can'],
  ['is not encapsulated', 'in no tunnel at all', 'can'],
  ['passes through node2', 'is seen in a namespace of the node, or of a pod on it', 'can'],
  ['does not pass through node2', 'is not', 'can'],
  ['passes through chain KUBE-POSTROUTING on node2', 'a rule of the chain, or a jump to it, matched', 'can'],
  ['stays on node1', 'neither request nor reply is seen elsewhere', 'can'],
  ['is answered only by pods on node1', 'whoever answers runs there', 'can'],
  ['is spread over 3 endpoints', 'so many different endpoints may answer', 'can'],
  ['takes 3 hops', 'as traceroute counts: routers on the way, and the end', 'can'],
  ['has a path MTU of 1450', 'the smallest MTU on the way', 'can'],
  ['has an MSS of 1410', 'the most bytes that the two ends of a TCP connection put into one segment', 'can'],
  ['is dropped by NetworkPolicy deny-all', 'the rule that stopped it exists for this object', 'cannot'],
  ['is dropped on node2 in FORWARD', 'where it was stopped: a node, a chain or a hook', 'cannot'],
  ['is refused', 'the client sees a TCP reset, an SCTP ABORT or ICMP port unreachable', 'cannot'],
  ['is unreachable', 'the client is told that there is no way', 'cannot'],
  ['times out', 'the client gets no answer at all', 'cannot'],
  ['the reply returns through node1', 'the answer is seen there', 'can'],
];

const TABLES: readonly GroupedEntry[] = [
  ['the path is:', 'rows of the way there, in order; other lines may lie between', 'the path is:', 'path'],
  ['the path is exactly:', 'no other line may', 'the path is exactly:', 'path'],
  ['the reply path is:', 'rows of the way back', 'the reply path is:', 'path'],
  ['the reply path is exactly:', 'all of the way back', 'the reply path is exactly:', 'path'],
  [
    'the connectivity on TCP port 80 is:',
    'senders by receivers; cells yes, no, refused, -',
    'the connectivity on TCP port 80 is:',
    'table',
  ],
  [
    '1000 connections from <subject> to <object> are spread within 5% of even',
    'what each endpoint can expect of connections made one after the other: what those before leave behind counts',
    '1000 connections from pod A to Service nginx are spread within 5% of even',
    'spread',
  ],
];

/** What may stand in the second column of a path; the first names a pod, a node, a client or `underlay`. `*` stands for any text. */
const PATH_LINES: readonly Entry[] = [
  ['eth0', 'a device that sees the packet', '| pod A | eth0 |'],
  ['eth0 delivered', 'handed to the socket', '| pod nginx-* | eth0 delivered |'],
  ['flannel.1 encapsulates in VXLAN', 'put into a tunnel', '| node1 | flannel.1 encapsulates in VXLAN |'],
  ['flannel.1 decapsulates VXLAN', 'taken out of it', '| node2 | flannel.1 decapsulates VXLAN |'],
  [
    'nat KUBE-SVC-* DNAT to 10.244.2.3:80',
    'translated by a rule; any chain on the way to it',
    '| node1 | nat KUBE-SVC-* DNAT to 10.244.2.3:80 |',
  ],
  ['nat KUBE-POSTROUTING MASQUERADE to *', 'also written as SNAT to', '| node1 | nat KUBE-POSTROUTING MASQUERADE to * |'],
  ['nat un-DNAT to 10.96.0.20:80', 'a reply given back the address that was called', '| node1 | nat un-DNAT to 10.96.0.20:80 |'],
  ['filter FORWARD DROP', 'stopped by a rule or policy: DROP, REJECT', '| node2 | filter FORWARD DROP |'],
  ['filter KUBE-FORWARD ACCEPT', 'a rule that matched; only where gaps are allowed', '| node1 | filter KUBE-FORWARD ACCEPT |'],
  ['eth0 dropped NEIGH_FAILED', 'lost elsewhere, for this reason', '| node1 | eth0 dropped NEIGH_FAILED |'],
];

export const CLAIM_WORDINGS: readonly Wording[] = [
  ...SENTENCES.map((entry) => toWording('sentence', entry)),
  ...SUBJECTS.map((entry) => toWording('subject', entry)),
  ...OBJECTS.map((entry) => toWording('object', entry)),
  ...ROUTES.map((entry) => toWording('route', entry)),
  ...LATER.map(([wording, meaning, example, group]) => ({ ...toWording(group, [wording, meaning, example]), notModelled: true as const })),
  ...QUALIFIERS.map(([wording, meaning, verb]) =>
    toWording('qualifier', [wording, meaning, `pod A ${verb} reach Service nginx and ${wording}`]),
  ),
  ...QUALIFIERS.map(([wording, meaning]) => toWording('qualifier alone', [alone(wording), meaning, alone(wording)])),
  ...TABLES.map(([wording, meaning, example, group]) => toWording(group, [wording, meaning, example])),
  ...PATH_LINES.map((entry) => toWording('path line', entry)),
];

function toWording(group: WordingGroup, [wording, meaning, example]: Entry): Wording {
  return { group, wording, example, meaning };
}

/** `is SNATed` → `it is SNATed`; `the server sees …` as it is. */
function alone(wording: string): string {
  return wording.startsWith('the ') ? wording : `it ${wording}`;
}
