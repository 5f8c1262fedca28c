/**
 * A learning bridge (net/bridge/br_input.c, br_forward.c, br_fdb.c): which ports a frame goes out by, and whether up to the host.
 * Left out, and refused by the plan's reader: spanning tree, VLAN filtering; multicast is flooded (no snooping).
 */
import { isGroupMac, type Mac } from '../../base/mac.js';
import type { Device } from '../namespace.js';

export interface Bridge {
  readonly ports: BridgePort[];
  readonly fdb: Map<Mac, BridgeFdbEntry>;
  /** What the fdb began with. */
  given: readonly (readonly [Mac, Readonly<BridgeFdbEntry>])[];
  readonly ageingUs: number;
  /** The plan says its MTU. */
  readonly hasOwnMtu: boolean;
  /** `nf_call_iptables 1` of the bridge itself. */
  readonly callsIptables: boolean;
  /** `nf_call_ip6tables 1`. */
  readonly callsIp6tables: boolean;
}

export interface BridgePort {
  readonly device: Device;
  readonly bridge: Device;
  readonly hairpin: boolean;
  readonly learning: boolean;
  readonly flood: boolean;
  readonly broadcastFlood: boolean;
  readonly multicastFlood: boolean;
  readonly isolated: boolean;
  /** The decision "out by this port alone", made once. */
  readonly alone: BridgeDecision;
  /** What came in here last, looked up already: entries change, but never leave the fdb. */
  lastSrc: Mac;
  lastSrcEntry: BridgeFdbEntry | undefined;
  lastDst: Mac;
  lastDstEntry: BridgeFdbEntry | undefined;
}

export interface BridgeFdbEntry {
  /** Undefined: an address of the host itself. */
  port: BridgePort | undefined;
  /** When it was last seen; not asked of permanent and static entries. */
  seenUs: number;
  readonly ages: boolean;
}

export interface BridgeDecision {
  /** Up to this host. */
  readonly up: boolean;
  readonly ports: readonly BridgePort[];
  /** Names for the trace: ports, and `local` for the host. */
  readonly names: readonly string[];
  /** Known, but the frame would go back where it came from. */
  readonly samePort: boolean;
}

const UP: BridgeDecision = { up: true, ports: [], names: ['local'], samePort: false };
const SAME_PORT: BridgeDecision = { up: false, ports: [], names: [], samePort: true };

/** `from` is undefined when the host itself sends by the bridge device. */
export function bridgeFrame(bridge: Bridge, dst: Mac, from: BridgePort | undefined, nowUs: number): BridgeDecision {
  const entry = find(bridge, dst, from);
  if (entry === undefined || expired(bridge, entry, nowUs)) return flood(bridge, dst, from);
  const { port } = entry;
  if (port === undefined) return UP;
  return mayLeave(port, from) ? port.alone : SAME_PORT;
}

function find(bridge: Bridge, dst: Mac, from: BridgePort | undefined): BridgeFdbEntry | undefined {
  if (from === undefined) return bridge.fdb.get(dst);
  if (from.lastDst === dst && from.lastDstEntry !== undefined) return from.lastDstEntry;
  from.lastDst = dst;
  from.lastDstEntry = bridge.fdb.get(dst);
  return from.lastDstEntry;
}

function expired(bridge: Bridge, entry: BridgeFdbEntry, nowUs: number): boolean {
  return entry.ages && nowUs - entry.seenUs > bridge.ageingUs;
}

function flood(bridge: Bridge, dst: Mac, from: BridgePort | undefined): BridgeDecision {
  const group = isGroupMac(dst);
  const up = group && from !== undefined;
  const broadcast = dst === 0xffffffffffff;
  const ports = bridge.ports.filter((port) => {
    const wants = broadcast ? port.broadcastFlood : group ? port.multicastFlood : port.flood;
    return wants && mayLeave(port, from);
  });
  // The port that joined last comes first (new_nbp).
  ports.reverse();
  const names = ports.map((port) => port.device.name);
  return { up, ports, names: up ? ['local', ...names] : names, samePort: false };
}

/** should_deliver(): not back out of the port it came from unless hairpin is on, not between isolated ports. */
function mayLeave(port: BridgePort, from: BridgePort | undefined): boolean {
  if (!port.device.up) return false;
  if (from === undefined) return true;
  return (port !== from || port.hairpin) && !(port.isolated && from.isolated);
}

/** Whether the source of a frame must be written to the fdb: br_fdb_update. Refreshing an entry counts as writing. */
export function mustLearn(port: BridgePort, bridge: Bridge, src: Mac): boolean {
  if (!port.learning) return false;
  if (port.lastSrc === src && port.lastSrcEntry !== undefined) return true;
  if (isGroupMac(src)) return false;
  const entry = bridge.fdb.get(src);
  // A static entry does not age, but moves; the host's own addresses stay.
  return entry === undefined || entry.port !== undefined;
}
