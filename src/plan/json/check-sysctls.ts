/**
 * Sysctls of a namespace: names that exist, devices that are there, values that Linux takes. A value is what comes first in its text, as
 * proc_dointvec has it. Keys are dotted as sysctl(8) prints them; a dot in the name of a device is written as a slash.
 */
import { nearest } from '../../base/nearest.js';
import { inside, note, type Spot } from './fields.js';
import { DEVICE_SYSCTLS_4, DEVICE_SYSCTLS_6, IPVS_SYSCTLS, NEIGH_SYSCTLS, SYSCTLS, type SysctlGroup } from './known-sysctls.js';

type Range = SysctlGroup[0];
type Known = ReadonlyMap<string, Range>;

function byName(groups: readonly SysctlGroup[], prefix: string): [string, Range][] {
  return groups.flatMap(([range, names]) => names.split(/\s+/).map((name): [string, Range] => [`${prefix}${name}`, range]));
}

const PLAIN: Known = new Map([...byName(SYSCTLS, 'net.'), ...byName(IPVS_SYSCTLS, 'net.ipv4.vs.')]);
const OF_DEVICES: Readonly<Record<string, Known>> = {
  'net.ipv4.conf': new Map(byName(DEVICE_SYSCTLS_4, '')),
  'net.ipv6.conf': new Map(byName(DEVICE_SYSCTLS_6, '')),
  'net.ipv4.neigh': new Map(byName(NEIGH_SYSCTLS, '')),
  'net.ipv6.neigh': new Map(byName(NEIGH_SYSCTLS, '')),
};
const OF_DEVICE = /^(net\.ipv[46]\.(?:conf|neigh))\.(.+)\.([^.]+)$/;

/** `spot` is the plan's `sysctl`. */
export function checkSysctls(spot: Spot, sysctl: Readonly<Record<string, string>>, devices: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(sysctl)) {
    const range = rangeOf(inside(spot, key), key, devices);
    if (key === PORT_RANGE) checkPortRange(inside(spot, key), value);
    else if (range !== 'unknown') checkValue(inside(spot, key), value, range);
  }
}

const PORT_RANGE = 'net.ipv4.ip_local_port_range';

function checkPortRange(spot: Spot, text: string): void {
  const [first = 0, last = 0] = text.trim().split(/\s+/).map(Number);
  if (!(first >= 1 && last <= 65_535 && first <= last))
    note(spot, 'bad-sysctl', `must be two ports, the lower one first, but is \`${text}\``);
}

function rangeOf(spot: Spot, key: string, devices: ReadonlySet<string>): Range | 'unknown' {
  const [, family = '', device = '', name = ''] = OF_DEVICE.exec(key) ?? [];
  const known = OF_DEVICES[family];
  if (known === undefined) return PLAIN.has(key) ? PLAIN.get(key) : unknown(spot, key, PLAIN, '');
  const dotted = device.replaceAll('/', '.');
  if (dotted !== 'all' && dotted !== 'default' && !devices.has(dotted)) {
    const near = nearest(dotted, devices)?.replaceAll('.', '/');
    note(spot, 'dangling-device', `there is no device \`${dotted}\` in this namespace`, near && `did you mean ${family}.${near}.${name}?`);
    return 'unknown';
  }
  if (device !== dotted.replaceAll('.', '/')) {
    note(
      spot,
      'dotted-device',
      'a dot in the name of a device is written as a slash',
      `write ${family}.${dotted.replaceAll('.', '/')}.${name}`,
    );
    return 'unknown';
  }
  return known.has(name) ? known.get(name) : unknown(spot, name, known, `${family}.${device}.`);
}

function unknown(spot: Spot, name: string, known: Known, prefix: string): 'unknown' {
  const near = nearest(name, known.keys());
  const dotted = name.replaceAll('/', '.');
  const said = name.startsWith('net/') ? dotted : near === undefined ? undefined : `${prefix}${near}`;
  note(spot, 'unknown-sysctl', 'there is no such sysctl of a network namespace', said === undefined ? undefined : `did you mean ${said}?`);
  return 'unknown';
}

function checkValue(spot: Spot, text: string, range: Range): void {
  if (range === undefined || text.trim() === '') return;
  const [first = ''] = text.trim().split(/\s+/);
  const value = /^-?(\d+|0[xX][0-9a-fA-F]+)$/.test(first) ? numberIn(first) : Number.NaN;
  const [min, max] = range;
  if (!(value >= min && value <= max)) note(spot, 'bad-sysctl', `must be a number from ${min} to ${max}, but is \`${text}\``);
}

/** A leading 0 is octal, as in strtoul of base 0. */
function numberIn(text: string): number {
  const digits = text.replace('-', '');
  const size = /^0[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number(digits);
  return text.startsWith('-') ? -size : size;
}
