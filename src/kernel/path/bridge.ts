/**
 * A frame came in by a port of a bridge (br_handle_frame, br_netfilter_hooks.c):
 *
 *   [PREROUTING -i bridge] ─► DNAT'ed? ─► to this bridge: on with the new neighbour's MAC; elsewhere: up to the host
 *        ─► learn source ─► fdb ─┬─► up to the host
 *                                └─► each port: [FORWARD -i bridge -o bridge] ─► [POSTROUTING -o bridge] ─► tx
 *
 * Hooks in brackets run with bridge-nf-call-iptables, for IPv6 -ip6tables. Left out: ebtables, ARP through arptables.
 */
import type { Ip, Ipv4 } from '../../base/ip.js';
import { formatMac, type Mac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { DropReason } from '../../trace/drop-reason.js';
import { awaitNeighbour, learnFdb } from '../apply.js';
import { type Bridge, bridgeFrame, type BridgePort, mustLearn } from '../link/bridge.js';
import { isOffloaded } from '../link/offload.js';
import { sendByPort } from '../link/send-frame.js';
import { sendSolicitation } from '../ipv6/neigh/solicitation.js';
import { inputRoute6 } from '../ipv6/route/input.js';
import type { Device, Namespace } from '../namespace.js';
import { sendArpRequest } from '../neigh/arp-request.js';
import type { Waiting } from '../neigh/neighbour.js';
import type { Passage } from '../netfilter/contract.js';
import { recordBridge, recordDrop } from '../record.js';
import { routeInput } from '../route/input.js';
import type { InFlight, Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import { fragmentInBridge, mustFragment } from './fragment.js';
import { runHook } from './hook.js';
import { newPassage } from './passage.js';

/** A frame that the bridge brings up to the host. */
export interface Upward {
  readonly passage: Passage | undefined;
  /** PREROUTING has run. */
  readonly filtered: boolean;
}

/** An entry of the fdb does not age within a flow. */
const LONG_US = 10_000_000;

const UP_UNFILTERED: Upward = { passage: undefined, filtered: false };

/** Undefined when the host itself gets nothing. */
export function bridgeReceive(rt: Runtime, port: BridgePort, item: InFlight): Upward | undefined {
  const { frame } = item;
  const { ns } = port.bridge;
  // Tagged frames pass iptables by (bridge-nf-filter-vlan-tagged 0).
  const untouched = frame.kind === 'arp' || frame.vlan !== undefined || !ns.filtering;
  if (untouched || !callsTables(ns, port.bridge.bridge as Bridge, frame.packet)) {
    return spread(rt, port, frame, undefined, item) ? UP_UNFILTERED : undefined;
  }
  const passage = newPassage(frame.packet, item.mark);
  passage.physIn = port.device.name;
  if (!runHook(rt, ns, 'prerouting', passage, port.bridge, undefined)) return undefined;
  if (passage.packet === frame.packet) return spread(rt, port, frame, passage, item) ? { passage, filtered: true } : undefined;
  const dst = passage.packet.dst === frame.packet.dst ? frame.dst : translatedMac(rt, port, frame.src, frame.dst, passage);
  if (dst === undefined) return undefined;
  const translated: Frame = { kind: 'ip', src: frame.src, dst, packet: passage.packet };
  // From here on it is for whom its new address says (pkt_type PACKET_HOST).
  rt.frame = translated;
  return spread(rt, port, translated, passage, item) ? { passage, filtered: true } : undefined;
}

/** Of either family its own sysctl, or what the bridge itself says. */
function callsTables(ns: Namespace, bridge: Bridge, { src }: IpPacket): boolean {
  if (typeof src === 'number') return ns.bridgeCallsIptables || bridge.callsIptables;
  return bridge.callsIp6tables || sysctlValue(ns.sysctls, 'net.bridge.bridge-nf-call-ip6tables') !== 0;
}

/** The next hop of a frame whose DNAT had to ask for its neighbour has answered. */
export function resumeBridged(rt: Runtime, waiting: Waiting, mac: Mac): void {
  const { bridged, passage } = waiting;
  if (bridged === undefined) return;
  const frame: Frame = { kind: 'ip', src: bridged.frame.src, dst: mac, packet: passage.packet };
  rt.frame = frame;
  spread(rt, bridged.port, frame, passage, undefined);
}

/**
 * Where a frame goes whose destination PREROUTING changed: the MAC of a neighbour on this bridge, or the bridge's own when the host
 * must route (or refuse) it; undefined when it waits for ARP (br_nf_pre_routing_finish).
 */
function translatedMac(rt: Runtime, port: BridgePort, srcMac: Mac, dstMac: Mac, passage: Passage): Mac | undefined {
  const { bridge } = port;
  const { packet } = passage;
  const nexthop = nexthopOf(rt, bridge, passage);
  if (nexthop === undefined || nexthop === 'host') return nexthop === 'host' ? bridge.mac : undefined;
  const neighbour = bridge.neighbours.get(nexthop);
  if (neighbour !== undefined && neighbour.state !== 'incomplete') return neighbour.mac;
  const frame: Frame = { kind: 'ip', src: srcMac, dst: dstMac, packet };
  if (!awaitNeighbour(rt, { passage, device: bridge, nexthop, leg: rt.leg, bridged: { port, frame } })) return undefined;
  if (typeof nexthop === 'number') sendArpRequest(rt, bridge, nexthop, packet);
  else sendSolicitation(rt, bridge, nexthop, packet);
  return undefined;
}

/** Errors of ip_route_input, for which a bridge drops what it translated; routes that lead nowhere are the host's to refuse. */
const UNSENDABLE: readonly DropReason[] = ['IP_MARTIAN_SOURCE', 'IP_MARTIAN_DESTINATION', 'IP_LOCALNET', 'IP_RPFILTER'];

/** The neighbour on this bridge that the packet goes to, or `host`. Undefined: IPv6 drops here what has no route (br_netfilter_ipv6.c). */
function nexthopOf(rt: Runtime, bridge: Device, passage: Passage): Ip | 'host' | undefined {
  const { packet, mark } = passage;
  const { src, dst } = packet;
  if (typeof src === 'number') {
    const { kind, route, reason } = routeInput(rt, bridge, src, dst as Ipv4, mark, packet);
    if (kind === 'drop' && reason !== undefined && UNSENDABLE.includes(reason)) {
      recordDrop(rt, bridge.ns, packet, reason, () => 'in the bridge, behind PREROUTING', { device: bridge });
      return undefined;
    }
    return kind !== 'forward' || route === undefined || route.device !== bridge ? 'host' : (route.via ?? dst);
  }
  const route = inputRoute6(rt, bridge, packet, mark);
  if (route === undefined) return undefined;
  if (route.type === 'unicast' && route.device === bridge) return route.via ?? dst;
  passage.routedTo = route.device?.name;
  return 'host';
}

/** Learns, and sends the frame on its way; true if the host itself gets it too. */
function spread(rt: Runtime, port: BridgePort, frame: Frame, passage: Passage | undefined, item: InFlight | undefined): boolean {
  const device = port.bridge;
  const bridge = device.bridge as Bridge;
  if (mustLearn(port, bridge, frame.src)) learnFdb(rt, bridge, port, frame.src);
  if (bridge.ageingUs < LONG_US) rt.watch.noteRare();
  const decision = bridgeFrame(bridge, frame.dst, port, rt.nowUs);
  if (frame.kind === 'ip') {
    recordBridge(rt, device, port.device.name, decision.names, frame.packet);
    if (!decision.up && decision.ports.length === 0) dropped(rt, port, frame.dst, frame.packet, decision.samePort);
  }
  const { ports } = decision;
  for (let i = 0; i < ports.length; i++) {
    const out = ports[i] as BridgePort;
    if (passage === undefined) sendUnfiltered(rt, port, out, frame, item);
    else bridgeForward(rt, device, out, frame, ports.length > 1 || decision.up ? { ...passage } : passage);
  }
  return decision.up;
}

function dropped(rt: Runtime, port: BridgePort, dst: Mac, packet: Passage['packet'], samePort: boolean): void {
  const reason = samePort ? 'BRIDGE_SAME_PORT' : 'BRIDGE_NO_PORT';
  const detail = (): string =>
    samePort ? `${formatMac(dst)} is behind ${port.device.name}, where it came from` : `${port.bridge.name} has no other port`;
  recordDrop(rt, port.bridge.ns, packet, reason, detail, { device: port.bridge });
}

/** br_netfilter fits what it sees to the port, rules or not. */
function sendUnfiltered(rt: Runtime, port: BridgePort, out: BridgePort, frame: Frame, item: InFlight | undefined): void {
  const { bridge } = port;
  if (out.device.mtu >= port.device.mtu || frame.kind !== 'ip' || frame.vlan !== undefined)
    return sendByPort(rt, out, frame, item?.waiting);
  if (!callsTables(bridge.ns, bridge.bridge as Bridge, frame.packet)) return sendByPort(rt, out, frame, item?.waiting);
  sendFitting(rt, bridge, out, frame, newPassage(frame.packet, 0));
}

function bridgeForward(rt: Runtime, bridge: Device, out: BridgePort, frame: Frame, passage: Passage): void {
  const { ns } = bridge;
  passage.physOut = out.device.name;
  if (!runHook(rt, ns, 'forward', passage, bridge, bridge)) return;
  if (runHook(rt, ns, 'postrouting', passage, undefined, bridge)) sendFitting(rt, bridge, out, frame, passage);
}

// eslint-disable-next-line eslint/max-params
function sendFitting(rt: Runtime, bridge: Device, out: BridgePort, frame: Frame, passage: Passage): void {
  const { ns } = bridge;
  const { src, dst } = frame;
  const { mtu } = out.device;
  if (isOffloaded(passage.packet) || !mustFragment(passage, mtu))
    return sendByPort(rt, out, { kind: 'ip', src, dst, packet: passage.packet }, undefined);
  const parts = fragmentInBridge(rt, bridge, passage);
  if (parts === undefined)
    return recordDrop(rt, ns, passage.packet, 'PKT_TOO_BIG', () => `larger than the MTU ${mtu} of the bridge port ${out.device.name}`, {
      device: out.device,
    });
  for (const packet of parts) sendByPort(rt, out, { kind: 'ip', src, dst, packet }, undefined);
}
