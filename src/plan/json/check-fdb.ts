/** Entries of forwarding tables that Linux would not add: drivers/net/vxlan/vxlan_core.c vxlan_fdb_add, net/core/rtnetlink.c rtnl_fdb_add. */
import { InputError, UnsupportedError } from '../../base/errors.js';
import type { FdbEntry } from '../iproute2/fdb.js';
import { parseVxlanArgs, type VxlanArgs } from '../iproute2/vxlan.js';
import type { PlannedDevice } from './devices-of.js';
import { note, type Spot } from './fields.js';

export interface PlacedFdb {
  readonly spot: Spot;
  readonly entry: FdbEntry;
}

export function checkFdb(entries: readonly PlacedFdb[], devices: ReadonlyMap<string, PlannedDevice>): void {
  for (const { spot, entry } of entries) {
    const device = devices.get(entry.dev);
    if (device === undefined) continue;
    if (entry.master && device.master === undefined) note(spot, 'no-master', `\`${device.name}\` is the port of no bridge`);
    else if (device.kind === 'vxlan' && entry.self) checkRemote(spot, entry, vxlanOf(device));
  }
}

function checkRemote(spot: Spot, { dev, dst }: FdbEntry, vxlan: VxlanArgs | undefined): void {
  if (dst === undefined) return note(spot, 'missing-value', 'an entry of a VXLAN device needs `dst`, the address of the other end');
  const own = vxlan?.remote ?? vxlan?.local ?? 0;
  if (vxlan !== undefined && typeof own !== typeof dst) {
    note(spot, 'mixed-families', `\`${dev}\` is a VXLAN over IPv${typeof own === 'number' ? 4 : 6}, and so must \`dst\` be`);
  }
}

function vxlanOf({ args }: PlannedDevice): VxlanArgs | undefined {
  try {
    return parseVxlanArgs(args);
  } catch (error) {
    if (error instanceof InputError || error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
