/**
 * What links say of each other: a veth has exactly two ends, declared by `peer` at one of them; a master is a bridge of the same
 * namespace; a device that a route, neighbour or fdb entry names exists.
 */
import { nearest } from '../../base/nearest.js';
import type { LinkPlan, NetnsPlan } from '../plan.js';
import { note, type Path, type Problems } from './fields.js';
import type { DeviceUse } from './read-netns.js';

export interface NamedNetns {
  readonly name: string;
  readonly plan: NetnsPlan;
  readonly uses: readonly DeviceUse[];
}

/** Masters that are no bridge, but have ports all the same. */
const MASTER_KINDS = ['bridge', 'vrf', 'bond'];

export function checkLinks(problems: Problems, namespaces: readonly NamedNetns[]): void {
  const byName = new Map(namespaces.map((netns) => [netns.name, netns]));
  const ends = checkPeers(problems, namespaces, byName);
  for (const netns of namespaces) {
    const devices = new Set(['lo', ...(ends.get(netns.name) ?? [])]);
    checkNames(problems, netns, devices);
    checkMasters(problems, netns);
    checkUses(problems, netns, devices);
  }
  checkLoneVeths(problems, namespaces, ends);
}

function linkPath(netns: string, index: number, ...more: readonly string[]): Path {
  return ['netns', netns, 'links', index, ...more];
}

/** The ends that `peer`s make, by namespace. */
function checkPeers(problems: Problems, namespaces: readonly NamedNetns[], byName: ReadonlyMap<string, NamedNetns>): Map<string, Set<string>> {
  const ends = new Map<string, Set<string>>();
  for (const { name, plan } of namespaces) {
    for (const [i, link] of plan.links.entries()) {
      if (link.peer === undefined) continue;
      const path = linkPath(name, i, 'peer');
      const other = byName.get(link.peer.netns);
      if (link.kind !== 'veth') note(problems, path, 'peer-of-no-veth', `only a veth has a peer, but \`${link.name}\` is a ${link.kind}`);
      else if (other === undefined) danglingPeer(problems, path, link.peer.netns, byName.keys());
      else checkOtherEnd(problems, path, link, other);
      const taken = ends.get(link.peer.netns) ?? new Set();
      if (taken.has(link.peer.name)) note(problems, path, 'peer-twice', `another veth ends in \`${link.peer.name}\` of \`${link.peer.netns}\` too`);
      ends.set(link.peer.netns, taken.add(link.peer.name));
    }
  }
  return ends;
}

function danglingPeer(problems: Problems, path: Path, netns: string, known: Iterable<string>): void {
  const near = nearest(netns, known);
  note(problems, [...path, 'netns'], 'dangling-peer', `there is no namespace \`${netns}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

/** The other end may be listed too, for its address and master, but not declare the pair again. */
function checkOtherEnd(problems: Problems, path: Path, link: LinkPlan, other: NamedNetns): void {
  const end = other.plan.links.find((each) => each.name === link.peer?.name);
  if (end === undefined) return;
  if (end.kind !== 'veth') note(problems, path, 'peer-kind', `\`${end.name}\` of \`${other.name}\` is a ${end.kind}, so no veth can end there`);
  if (end.peer !== undefined) note(problems, path, 'peer-at-both-ends', `both ends of the veth declare their peer`, `remove \`peer\` from \`${end.name}\` of \`${other.name}\``);
}

function checkNames(problems: Problems, netns: NamedNetns, devices: Set<string>): void {
  const listed = new Set<string>();
  for (const [i, link] of netns.plan.links.entries()) {
    const path = linkPath(netns.name, i, 'name');
    if (listed.has(link.name)) note(problems, path, 'link-twice', `there is a link \`${link.name}\` already`);
    if ((link.name === 'lo') !== (link.kind === 'loopback')) note(problems, path, 'loopback', 'the link of kind loopback is `lo`, and only that');
    listed.add(link.name);
    devices.add(link.name);
  }
}

function checkMasters(problems: Problems, netns: NamedNetns): void {
  for (const [i, link] of netns.plan.links.entries()) {
    if (link.master === undefined) continue;
    const path = linkPath(netns.name, i, 'master');
    const master = netns.plan.links.find((each) => each.name === link.master);
    if (master === undefined) {
      const bridges = netns.plan.links.filter((each) => MASTER_KINDS.includes(each.kind));
      const near = nearest(link.master, bridges.map((each) => each.name));
      note(problems, path, 'dangling-master', `there is no link \`${link.master}\` in this namespace`, near === undefined ? undefined : `did you mean ${near}?`);
    } else if (!MASTER_KINDS.includes(master.kind)) note(problems, path, 'master-kind', `\`${link.master}\` is a ${master.kind}, and has no ports`);
  }
}

function checkUses(problems: Problems, netns: NamedNetns, devices: ReadonlySet<string>): void {
  for (const { path, device } of netns.uses) {
    if (devices.has(device)) continue;
    const near = nearest(device, devices);
    note(problems, path, 'dangling-device', `there is no device \`${device}\` in this namespace`, near === undefined ? undefined : `did you mean ${near}?`);
  }
}

function checkLoneVeths(problems: Problems, namespaces: readonly NamedNetns[], ends: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const { name, plan } of namespaces) {
    for (const [i, link] of plan.links.entries()) {
      if (link.kind !== 'veth' || link.peer !== undefined || ends.get(name)?.has(link.name)) continue;
      note(problems, linkPath(name, i), 'lone-veth', `the veth \`${link.name}\` has no other end`, 'give it a `peer`, or name it in the `peer` of the other end');
    }
  }
}
