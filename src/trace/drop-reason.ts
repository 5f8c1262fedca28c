/**
 * Why a packet can be dropped. Where Linux has a name for it (include/net/dropreason-core.h) that name is used;
 * the others are ours and say so. The value is one sentence for people.
 */
export const DROP_REASON = {
  NETFILTER_DROP: 'dropped by a netfilter rule or policy',
  NETFILTER_REJECT: 'rejected by a netfilter rule, with an answer to the sender',
  NEIGH_FAILED: 'nobody answered ARP for the next hop',
  IP_INNOROUTES: 'no route to the destination',
  IP_OUTNOROUTES: 'no route to the destination from this host',
  IP_RPFILTER: 'reverse path filter: the way back to the source uses another interface',
  IP_MARTIAN_SOURCE: 'martian source address',
  IP_MARTIAN_DESTINATION: 'martian destination address',
  IP_LOCALNET: 'a 127.0.0.0/8 address may not be routed (route_localnet is 0)',
  IP_FORWARDING_DISABLED: 'not for this host, and forwarding is off',
  IP_TTL_EXPIRED: 'time to live exceeded',
  IP_ROUTE_BLACKHOLE: 'blackhole route',
  RECURSION_LIMIT: 'a device sends into itself',
  IP_ROUTE_UNREACHABLE: 'unreachable or prohibit route',
  IP_PROTO_UNSUPPORTED: 'no handler for this protocol on this host',
  PKT_TOO_BIG: 'larger than the MTU and must not be fragmented',
  FRAG_REASM_TIMEOUT: 'not all fragments of the packet came',
  NO_SOCKET: 'no socket listens there',
  UNHANDLED_PROTO: 'no such protocol on this host',
  OTHERHOST: "not this device's MAC address",
  DEV_DOWN: 'the device is down',
  DEV_DUMMY: 'a dummy device swallows what is sent by it',
  BRIDGE_NO_PORT: 'the bridge has no port to send it to',
  BRIDGE_SAME_PORT: 'the bridge does not send a frame back out of the port it came from (hairpin is off)',
  VXLAN_NO_REMOTE: 'no fdb entry names the remote VTEP of this MAC address',
  VXLAN_VNI_NOT_FOUND: 'no VXLAN device with this VNI on this port',
  GENEVE_NO_DEVICE: 'no Geneve device with this VNI and remote end on this port',
  TUN_NO_READER: 'no program reads what is sent by this device',
  WIREGUARD_NO_PEER: 'no WireGuard peer to send it to',
  WIREGUARD_NO_HANDSHAKE: "WireGuard's two ends do not know each other's keys",
  WIREGUARD_NOT_ALLOWED: 'the WireGuard peer is not allowed to send from this address',
  IPVS_NO_SERVER: 'the IPVS service has no real server for a new connection',
  CONNTRACK_CLASH: 'another connection already uses this tuple',
  CONNTRACK_INVALID: 'conntrack calls this packet INVALID',
  NOT_SPECIFIED: 'lost; nothing that was seen says why',
  TCP_UNEXPECTED: 'no connection expects this segment',
} as const;

export type DropReason = keyof typeof DROP_REASON;
