/**
 * A frame leaves by a device (dev_queue_xmit): the tap sees it, then the device does what its kind does. A veth puts it on the wire
 * to its other end, a bridge chooses ports, a VXLAN or Geneve device wraps it into a datagram that the host sends, and a device on top of
 * another one goes on to that. Devices without link addresses are in send-packet.ts.
 */
import { unsupported } from '../../base/errors.js';
import type { Ipv4, Ipv6 } from '../../base/ip.js';
import { formatMac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import { learnVxlan } from '../apply.js';
import type { Device } from '../namespace.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import type { Tuple } from '../netfilter/conntrack/tuple.js';
import { recordArp, recordBridge, recordDevice, recordDrop, recordTunnel } from '../record.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { type Bridge, type BridgePort, bridgeFrame } from './bridge.js';
import { sendByGeneve } from './geneve.js';
import { isOffloaded } from './offload.js';
import { packetLength, tunnelOverhead } from './packet-length.js';
import { sendStacked } from './stacked.js';
import type { Geneve } from './tunnel.js';
import type { Stacked } from './uppers.js';
import { HIGH_PORT } from '../recall/apart.js';
import { type Vxlan, type VxlanRemote, vxlanOuter, vxlanRemotes } from './vxlan.js';
import { sendOuter } from './send-outer.js';

/** `waiting` is the packet that an ARP frame asks for; `mark` goes on to the outer packet of a tunnel. */
export function sendFrame(rt: Runtime, device: Device, frame: Frame, mark: number, waiting: IpPacket | undefined): void {
  if (frame.kind === 'ip') {
    recordDevice(rt, 'tx', device, frame.packet);
    if (rt.leg === 0) notePathMtu(rt, device, frame.packet);
  } else if (waiting !== undefined) recordArp(rt, device, frame, waiting, true);
  if (!device.up) {
    if (frame.kind === 'ip') recordDrop(rt, device.ns, frame.packet, 'DEV_DOWN', () => `${device.name} is down`, { device });
    return;
  }
  switch (device.kind) {
    case 'veth':
      return cross(rt, device, frame, waiting);
    case 'bridge':
      return sendByBridge(rt, device, device.bridge as Bridge, frame, waiting);
    case 'vxlan':
      return encapsulate(rt, device, device.vxlan as Vxlan, frame, mark);
    case 'geneve':
      return sendByGeneve(rt, device, device.tunnel as Geneve, frame, mark);
    case 'vlan':
    case 'macvlan':
    case 'ipvlan':
      return sendBelow(rt, device, frame, mark, waiting);
    case 'dummy':
      if (frame.kind === 'ip') recordDrop(rt, device.ns, frame.packet, 'DEV_DUMMY', () => `${device.name} is a dummy device`, { device });
      return;
    default:
      throw unsupported('link-kind', `${device.ns.name}: frames over ${device.name} of kind ${device.kind} are not modelled`);
  }
}

/** The largest packet of the client that this device takes, if it is the smallest so far. */
export function notePathMtu(rt: Runtime, device: Device, packet: IpPacket): void {
  const mtu = device.mtu - tunnelOverhead(packet);
  if (mtu < rt.flow.pathMtu) rt.flow.pathMtu = mtu;
}

function sendBelow(rt: Runtime, device: Device, frame: Frame, mark: number, waiting: IpPacket | undefined): void {
  const stacked = device.stacked as Stacked;
  const below = sendStacked(rt, device, stacked, { frame, mark, waiting });
  if (below !== undefined) sendFrame(rt, stacked.lower, below, mark, waiting);
}

/** Marks and conntrack do not cross: what arrives is a new packet to the other namespace. */
function cross(rt: Runtime, device: Device, frame: Frame, waiting: IpPacket | undefined): void {
  if (frame.kind === 'arp' && frame.op === 'request' && !rt.mayAnswer(device, frame.targetIp)) return;
  const peer = device.peer ?? rt.peerOf(device);
  if (peer.mtu < device.mtu && frame.kind === 'ip' && !isForwardable(frame.packet, peer.mtu)) {
    const detail = (): string => `larger than the MTU ${peer.mtu} of ${peer.name}, the other end of ${device.name}`;
    rt.linkError = 'ENOBUFS';
    return recordDrop(rt, peer.ns, frame.packet, 'PKT_TOO_BIG', detail, { device: peer });
  }
  rt.inFlight.push({ device: peer, frame, leg: rt.leg, waiting, mark: 0, passage: undefined });
}

/** The host itself sends by its bridge: br_dev_xmit. */
function sendByBridge(rt: Runtime, device: Device, bridge: Bridge, frame: Frame, waiting: IpPacket | undefined): void {
  const decision = bridgeFrame(bridge, frame.dst, undefined, rt.nowUs);
  if (bridge.ageingUs < LONG_US) rt.watch.noteRare();
  if (frame.kind === 'ip') recordBridge(rt, device, undefined, decision.names, frame.packet);
  for (const port of decision.ports) sendByPort(rt, port, frame, waiting);
  if (frame.kind === 'ip' && decision.ports.length === 0) {
    recordDrop(rt, device.ns, frame.packet, 'BRIDGE_NO_PORT', () => `${device.name} has no port towards ${formatMac(frame.dst)}`, {
      device,
    });
  }
}

/** A link takes frames that are longer by a VLAN's tag. */
const TAG_BYTES = 4;
/** An entry of an fdb does not age within a flow. */
const LONG_US = 10_000_000;

/** What is still to be cut into segments passes, however small the link is (is_skb_forwardable). */
function isForwardable(packet: IpPacket, mtu: number): boolean {
  return packetLength(packet) <= mtu + TAG_BYTES || isOffloaded(packet);
}

/** Out of one port; what is too big for it is dropped without a word. */
export function sendByPort(rt: Runtime, port: BridgePort, frame: Frame, waiting: IpPacket | undefined): void {
  const { device } = port;
  if (frame.kind === 'ip' && !isForwardable(frame.packet, device.mtu)) {
    recordDrop(rt, device.ns, frame.packet, 'PKT_TOO_BIG', () => `larger than the MTU ${device.mtu} of the bridge port ${device.name}`, {
      device,
    });
    return;
  }
  sendFrame(rt, device, frame, 0, waiting);
}

function encapsulate(rt: Runtime, device: Device, vxlan: Vxlan, frame: Frame, mark: number): void {
  const remotes = vxlanRemotes(vxlan, frame.dst, rt.nowUs);
  if (vxlan.ageingUs < LONG_US) rt.watch.noteRare();
  if (remotes.length === 0 && frame.kind === 'ip') {
    const detail = (): string => `no fdb entry of ${device.name} for ${formatMac(frame.dst)}`;
    recordDrop(rt, device.ns, frame.packet, 'VXLAN_NO_REMOTE', detail, { device });
  }
  // The first goes last, with the frame itself; the others get copies before it (vxlan_xmit).
  for (let i = 1; i < remotes.length; i++) sendToRemote(rt, device, vxlan, frame, { remote: remotes[i] as VxlanRemote, mark });
  if (remotes[0] !== undefined) sendToRemote(rt, device, vxlan, frame, { remote: remotes[0], mark });
}

const LOOPBACK = 0x7f000001;
const LOOPBACK6 = 1n;

function sendToRemote(
  rt: Runtime,
  device: Device,
  vxlan: Vxlan,
  frame: Frame,
  to: { readonly remote: VxlanRemote; readonly mark: number },
): void {
  const { remote, mark } = to;
  const { ns } = device;
  const oif = vxlan.lower === undefined || remote.bound !== true ? undefined : ns.deviceByName.get(vxlan.lower);
  const decision =
    typeof remote.ip === 'number'
      ? routeOutput(rt, ns, { dst: remote.ip, src: vxlan.local as Ipv4, mark, oif })
      : routeOutput6(rt, ns, { dst: remote.ip, src: vxlan.local as Ipv6, mark, oif });
  const inner = frame.kind === 'ip' ? frame.packet : undefined;
  if (decision.route === undefined || decision.error !== undefined || decision.device === device) {
    if (inner !== undefined) recordDrop(rt, ns, inner, 'IP_OUTNOROUTES', () => `${device.name} has no route to its remote`, { device });
    return;
  }
  if (decision.route.type === 'local') return bypass(rt, device, vxlan, frame, to);
  if (vxlan.portMin < HIGH_PORT) rt.watch.noteMixed();
  const outer = vxlanOuter(device, vxlan, frame, remote, decision.source, rt.leg);
  if (inner !== undefined) recordTunnel(rt, 'encapsulate', device, inner, { encapsulation: 'VXLAN', vni: vxlan.vni, outer });
  sendOuter(rt, device, outer, decision, mark);
}

/** The packet keeps its route and its connection: nothing of it shows but beside policy rules, and where the connection has been translated. */
function refuseKept({ ns, name }: Device, { src, dst }: IpPacket): void {
  const isInverse = (tuple: Tuple): boolean => tuple.src === dst && tuple.dst === src;
  const isTranslated = ({ original, reply, srcNat, dstNat }: Connection): boolean =>
    (srcNat ?? dstNat) !== undefined && (isInverse(reply) || isInverse(original));
  const beside = ns.plan.rules.length > 0 ? 'beside policy rules' : 'once its addresses were translated';
  if (ns.plan.rules.length === 0 && !ns.netfilter.tracked.all.some(isTranslated)) return;
  throw unsupported('vxlan-to-itself', `${ns.name}: what ${name} sends to its own host is not modelled ${beside}`);
}

/**
 * A remote that is this host itself gets the frame as it is, past sockets and hooks (localbypass: encap_bypass_if_local, vxlan_encap_bypass).
 */
// eslint-disable-next-line eslint/max-params
function bypass(
  rt: Runtime,
  device: Device,
  { vni, overIpv6 }: Vxlan,
  frame: Frame,
  { remote, mark }: { readonly remote: VxlanRemote; readonly mark: number },
): void {
  const other = device.ns.devices.find(
    ({ vxlan, up }) => up && vxlan?.vni === vni && vxlan.port === remote.port && vxlan.overIpv6 === overIpv6,
  );
  if (other?.vxlan === undefined) {
    const detail = (): string => `no device here has VNI ${vni} and UDP port ${remote.port}`;
    if (frame.kind === 'ip') recordDrop(rt, device.ns, frame.packet, 'VXLAN_VNI_NOT_FOUND', detail, { device });
    return;
  }
  if (frame.kind === 'ip') refuseKept(device, frame.packet);
  if (other.vxlan.learning) learnVxlan(rt, other.vxlan, frame.src, overIpv6 ? LOOPBACK6 : LOOPBACK);
  // Whoever it was for, this host takes it (PACKET_HOST).
  const taken = other.port === undefined ? { ...frame, dst: other.mac } : frame;
  rt.inFlight.push({ device: other, frame: taken, leg: rt.leg, waiting: undefined, mark, passage: undefined });
}
