/**
 * Sets as `ipset save` 7.17 prints them, in the order of creation, lists of sets last. Elements of hashes stand in the order in which they
 * came: the real one has them in the order of a hash whose seed (`initval`) the kernel draws; the seed is printed where it was given.
 * `forceadd`, which the real one forgets to print, is printed too.
 */
import { formatIp } from '../../base/ip.js';
import type { IpSetPlan, IpSets, SetEntry } from './ip-set.js';

export function writeIpset(sets: IpSets): string {
  const all = [...sets.values()];
  const inOrder = [...all.filter(({ type }) => type !== 'list:set'), ...all.filter(({ type }) => type === 'list:set')];
  return inOrder
    .flatMap((set) => [createLine(set), ...inKernelOrder(set).map(([key, entry]) => addLine(set.name, key, entry))])
    .map((line) => `${line}\n`)
    .join('');
}

function createLine(set: IpSetPlan): string {
  const { name, type, family, options } = set;
  const hash = type.startsWith('hash:');
  const parts = [`create ${name} ${type}`];
  if (hash && family !== 'any') parts.push(`family ${family}`);
  if (options.range !== undefined) parts.push(`range ${rangeText(set, options.range)}`);
  if (type === 'list:set') parts.push(`size ${options.size}`);
  if (hash) parts.push(`hashsize ${options.hashsize} maxelem ${options.maxelem}`);
  if (options.markmask !== undefined) parts.push(`markmask 0x${options.markmask.toString(16).padStart(8, '0')}`);
  if (options.netmask !== undefined) parts.push(`netmask ${options.netmask}`);
  if (options.bitmask !== undefined) parts.push(`bitmask ${formatIp(options.bitmask)}`);
  if (options.timeout !== undefined) parts.push(`timeout ${options.timeout}`);
  for (const word of ['counters', 'comment', 'forceadd', 'skbinfo'] as const) if (options[word]) parts.push(word);
  if (hash) parts.push(`bucketsize ${options.bucketsize}`);
  if (options.initval !== undefined) parts.push(`initval ${options.initval}`);
  return parts.join(' ');
}

function rangeText({ type }: IpSetPlan, range: readonly [number, number]): string {
  return range.map((value) => (type === 'bitmap:port' ? `${value}` : formatIp(value | 0))).join('-');
}

function addLine(name: string, key: string, { parts, timeout, nomatch, extras }: SetEntry): string {
  const words = [`add ${name} ${key}`];
  if (timeout !== undefined) words.push(`timeout ${timeout}`);
  if (parts.some((part) => part.kind === 'iface' && part.wildcard)) words.push('wildcard');
  if (nomatch) words.push('nomatch');
  if (extras !== '') words.push(extras);
  return words.join(' ');
}

/** Bitmaps stand by number. */
function inKernelOrder({ type, entries }: IpSetPlan): readonly (readonly [string, SetEntry])[] {
  if (!type.startsWith('bitmap:')) return [...entries];
  const position = ({ parts: [part] }: SetEntry): number =>
    part?.kind === 'port' ? part.port : part?.kind === 'ip' ? Number(part.ip) >>> 0 : 0;
  return [...entries].sort(([, a], [, b]) => position(a) - position(b));
}
