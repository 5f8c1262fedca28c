/** The devices of a namespace as the plan's other parts see them: those that it lists, those that the peers of others make, and `lo`. */
import { InputError } from '../../base/errors.js';
import { type AddrEntry, parseAddr } from '../iproute2/addr.js';
import type { LinkPlan } from '../plan.js';
import type { NamedNetns } from './check-links.js';

export interface PlannedDevice {
  readonly name: string;
  readonly kind: string;
  readonly up: boolean;
  readonly master: string | undefined;
  readonly args: string;
  /** Those that can be read. */
  readonly addresses: readonly AddrEntry[];
}

const LO = '127.0.0.1/8';

/** `ends`: the names that peers declared elsewhere make here. */
export function devicesOf({ plan }: NamedNetns, ends: ReadonlySet<string>): ReadonlyMap<string, PlannedDevice> {
  const devices = new Map<string, PlannedDevice>();
  const add = (link: LinkPlan): void => void devices.set(link.name, deviceOf(link));
  add({ name: 'lo', kind: 'loopback' });
  for (const link of plan.links) add(link);
  for (const name of ends) if (!devices.has(name)) add({ name, kind: 'veth' });
  return devices;
}

function deviceOf({ name, kind, up = true, master, args = '', addr = [] }: LinkPlan): PlannedDevice {
  const texts = name === 'lo' ? [LO, '::1/128', ...addr] : addr;
  return { name, kind, up, master, args, addresses: texts.flatMap(addressIn) };
}

function addressIn(text: string): readonly AddrEntry[] {
  try {
    return [parseAddr(text)];
  } catch (error) {
    // Said where the address stands.
    if (error instanceof InputError || error instanceof Error) return [];
    throw error;
  }
}
