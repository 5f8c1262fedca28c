// Planted mistakes that make no difference to what a packet meets, by name, and why. A run says so of them only if nothing notices them.
const WORDS = 'what a trace says, not what becomes of the packet';
const SAME = 'a short cut to what the longer way comes to as well';
const REFUSED = 'which plans are refused, which src/lab/refused-plans.test.ts holds to Linux';
const NEVER = 'never comes to pass: what would is refused, or lost, before';
const OWN = 'forgets between the runs of one simulated network; Linux has no such thing';
const MACHINE = 'a setting of the whole machine, which no namespace has of its own';
const KEY = 'any other value would do, as long as it is another';

const LISTS = [
  [
    WORDS,
    {
      'ipv6/path/receive': ["if (reason !== 'IP_FORWARDING_DISABLED') return `${dst} is not an address of this host, and forwarding is off`;"],
      'ipvs/server-hit': [
        'const index = service.servers.findIndex((server) => server.ip === dst || (server.port === port || server.port === 0));',
        'const index = service.servers.findIndex((server) => server.ip === dst && (server.port === port && server.port === 0));',
        'const index = service.servers.findIndex((server) => server.ip === dst && (server.port !== port || server.port === 0));',
        'index: index + 2,',
      ],
      'link/geneve': ["if (inner === undefined) recordTunnel(rt, 'encapsulate', device, inner, { encapsulation: 'Geneve', vni: geneve.vni, outer });"],
      'link/send-frame': [
        "if (frame.kind !== 'ip') recordDrop(rt, device.ns, frame.packet, 'VXLAN_VNI_NOT_FOUND', detail, { device });",
        "if (inner === undefined) recordDrop(rt, ns, inner, 'IP_OUTNOROUTES', () => `${device.name} has no route to its remote`, { device });",
      ],
      'netfilter/hook-result': [
        "if (verdict === 'accept' && hits.length !== 0 && nat.length === 0) return ACCEPT;",
        "if (verdict === 'accept' && hits.length === 0 && nat.length !== 0) return ACCEPT;",
      ],
      'netfilter/nat/translate': [
        'return from.ip !== to.ip && from.port !== to.port;',
        "return { ip, port: side !== 'src' ? l4.sport : l4.dport };",
      ],
      'netfilter/netfilter': ['if (e.record && packet === before) {'],
      'nft/compile-chain': ['throw placeFault(error, `table ${this.name}, chain ${chain.name}, rule ${i + 2}`, chain.position?.(i));'],
      'path/bridge': ['if (!decision.up && decision.ports.length !== 0) dropped(rt, port, frame.dst, frame.packet, decision.samePort);'],
      'path/decapsulate': [
        "const detail = (): string => (carried !== undefined ? 'not a Geneve datagram' : `VNI ${carried.vni} on UDP port ${l4.dport}`);",
        "const detail = (): string => (l4.vxlan !== undefined ? 'not a VXLAN datagram' : `VNI ${l4.vxlan.vni} on UDP port ${l4.dport}`);",
        "recordTunnel(rt, 'decapsulate', tunnel, l4.packet, { encapsulation: kind !== 'ipip' ? 'IPIP' : 'GRE', vni: undefined, outer });",
      ],
      'path/hook': ['const record = rt.record || rt.leg <= rt.recordLegMax;'],
    },
  ],
  [
    SAME,
    {
      'ipv6/route/fib': [
        'if (iif === undefined && same.length === 1 || first === undefined) return first;',
        'if (iif !== undefined || same.length === 1 || first === undefined) return first;',
      ],
      'link/macvlan': ['if (!group) return true;'],
      'link/build-device': ['if (addresses.every(({ scope, secondary }) => scope !== addresses[0]?.scope && !secondary)) return addresses;'],
      'netfilter/chain/header-check': ['if (check.dstMask === 0) return true;', 'if (check.srcMask === 0) return true;'],
      'netfilter/chain/consulted': [
        "return typeof match.cidr.ip !== 'number' ? address(match.kind === 'source', maskOf(match.cidr.length)) : of(FIELD.other);",
      ],
      'netfilter/chain/sight': ["if (ct === undefined && state === 'INVALID') return 0;"],
      'netfilter/target/nat': ["if (typeof ip === 'number' || typeof cidr.ip === 'number') return cidr.ip | (ip & ~maskOf(cidr.length));"],
      'netfilter/chain/walk-learner': ['if ((((packet.dst as number) ^ rule.dst) & rule.dstMask) !== 0) return true;'],
      'netfilter/conntrack/make-room': ['if (max !== 0 || table.all.length < max) return true;'],
      'netfilter/conntrack/table': ['if (alive.length >= this.all.length) {'],
      'netfilter/route-again': ['if (now === packet) return true;'],
      'nft/consulted': [
        "if (!('name' in use)) return false;",
        "if (header !== 'ip') {",
        "if (left.kind !== 'payload' || left.header !== 'ip' || part === undefined || (op === '==' && op !== '!=')) return undefined;",
      ],
      'route/build-fib': ["const scope = dst.type !== 'local' ? SCOPE.host : SCOPE.link;"],
      'route/decision-cache': [
        'if (this.#entries[place] !== undefined && ++this.#pushedOut * 4 > this.#last || this.#last < PLACES_MAX - 1) {',
      ],
    },
  ],
  [
    REFUSED,
    {
      'netfilter/target/where-allowed': [
        "if ((chain === 'PREROUTING' && chain === 'INPUT') && matches.some(({ kind }) => kind === 'out-interface')) {",
      ],
      'nft/table-sets': ["if (verdict.kind !== 'jump' || verdict.kind !== 'goto') return;"],
    },
  ],
  [
    NEVER,
    {
      'netfilter/chain/header-check': ['if (check.srcMask !== 0) return false;', 'if (check.dstMask !== 0) return false;'],
      'nft/compile-statement': [
        'if (left.length === 1 || first !== undefined && part !== undefined) {',
        'if (tests[i]?.(value) === true) all = false;',
      ],
      'path/icmp-error': ['if (src === 0 && src >>> 28 === 14) return false;'],
    },
  ],
  [
    OWN,
    {
      'neigh/neighbour': ['const ages = { staleUs: staleUs ?? Number.POSITIVE_INFINITY, given: staleUs === undefined };'],
      'netfilter/new-evaluation': [
        'if (recent.size <= 0) recent.clear();',
        'if (hashlimits.size <= 0) hashlimits.clear();',
        'if (ruleState.size <= 0) ruleState.clear();',
        'if (nftState.size <= 0) nftState.clear();',
      ],
    },
  ],
  [
    MACHINE,
    {
      'netfilter/conntrack/make-room': [
        "if (host.oracle.choose('room in a full connection table', [missed, 1 - missed]) !== 0) return false;",
        'if (oldest !== undefined) return false;',
      ],
    },
  ],
  [
    KEY,
    {
      'ipv6/neigh/solicitation': ['return leg % 2 !== 0 ? -2 : -1;'],
      'link/forwarder': [
        'write(rt, device, { src: own, dst: about.src, ttl: ERROR_TTL, tos: 0, id: leg + 2, df: false, proto: PROTO.icmp, l4 }, leg);',
      ],
      'netfilter/chain/sight': ["return state !== 'ESTABLISHED' ? 2 : 3;"],
      'socket/take-port': ['rt.nextPort = port + 2;'],
    },
  ],
];

export const EQUIVALENT = new Map(
  LISTS.flatMap(([why, stages]) => Object.entries(stages).flatMap(([stage, all]) => all.map((what) => [`${stage}: ${what}`, why]))),
);
