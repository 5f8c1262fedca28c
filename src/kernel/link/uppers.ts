/** What stands on a device: VLANs, macvlans, ipvlans, of its own namespace or another. */
import type { Frame } from '../../packet/frame.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Device } from '../namespace.js';
import type { Runtime } from '../runtime.js';

export type Stacked =
  | { readonly kind: 'vlan'; readonly lower: Device; readonly id: number }
  | { readonly kind: 'macvlan'; readonly lower: Device; readonly mode: 'bridge' | 'private' }
  | { readonly kind: 'ipvlan'; readonly lower: Device; readonly mode: 'l2' | 'l3' };

/** A device on top of this one; found when a frame first comes. */
export interface Upper {
  readonly netns: string;
  readonly name: string;
  device: Device | undefined;
}

/** The devices on top that are there, in the plan's order. */
export function uppersOf(rt: Runtime, device: Device): readonly Device[] {
  return (device.uppers ?? []).flatMap((upper) => {
    upper.device ??= rt.namespace(upper.netns).deviceByName.get(upper.name);
    return upper.device ?? [];
  });
}

/** A frame gets to another device without a wire. A mark stays in its namespace. */
export function arrive(rt: Runtime, to: Device, from: Device, frame: Frame, waiting: IpPacket | undefined, mark: number): void {
  const kept = to.ns === from.ns ? mark : 0;
  rt.inFlight.push({ device: to, frame, leg: rt.leg, waiting, mark: kept, passage: undefined });
}
