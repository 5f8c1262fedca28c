/**
 * What links say of each other: a veth has exactly two ends, declared by `peer` at one of them; a master is a bridge of the same
 * namespace; a device that a route, neighbour or fdb entry names exists.
 */
import type { NetnsPlan } from '../plan.js';
import type { PlacedFdb } from './check-fdb.js';
import type { PlacedRoute } from './check-routes.js';
import type { PlacedRule } from './check-rules.js';
import { didYouMean, note, type Problems, type Spot } from './fields.js';
import type { DeviceUse } from './read-netns.js';

export interface NamedNetns {
  readonly name: string;
  readonly plan: NetnsPlan;
  readonly uses: readonly DeviceUse[];
  readonly routes: readonly PlacedRoute[];
  readonly rules: readonly PlacedRule[];
  readonly fdb: readonly PlacedFdb[];
}

const STACKED_KINDS = ['vlan', 'macvlan', 'ipvlan'];

/** Masters that are no bridge, but have ports all the same. */
const MASTER_KINDS = ['bridge', 'vrf', 'bond'];

/** The ends of veths that others declare, by namespace. */
export function checkLinks(problems: Problems, namespaces: readonly NamedNetns[]): ReadonlyMap<string, ReadonlySet<string>> {
  const byName = new Map(namespaces.map((netns) => [netns.name, netns]));
  const ends = checkPeers(problems, namespaces, byName);
  for (const netns of namespaces) {
    const devices = new Set(['lo', ...(ends.get(netns.name) ?? [])]);
    checkNames(problems, netns, devices);
    checkMasters(problems, netns);
    checkLowers(problems, netns, byName);
    checkUses(netns, devices);
  }
  checkLoneVeths(problems, namespaces, ends);
  return ends;
}

function linkSpot(problems: Problems, netns: string, ...path: readonly (string | number)[]): Spot {
  return { problems, path: ['netns', netns, 'links', ...path] };
}

/** The ends that `peer`s make, by namespace. */
function checkPeers(
  problems: Problems,
  namespaces: readonly NamedNetns[],
  byName: ReadonlyMap<string, NamedNetns>,
): Map<string, Set<string>> {
  const ends = new Map<string, Set<string>>();
  for (const { name, plan } of namespaces) {
    for (const [i, link] of plan.links.entries()) {
      const { peer } = link;
      if (peer === undefined) continue;
      const spot = linkSpot(problems, name, i, 'peer');
      const other = byName.get(peer.netns);
      if (link.kind !== 'veth') note(spot, 'peer-of-no-veth', `only a veth has a peer, but \`${link.name}\` is a ${link.kind}`);
      else if (other === undefined) {
        note(
          linkSpot(problems, name, i, 'peer', 'netns'),
          'dangling-peer',
          `there is no namespace \`${peer.netns}\``,
          didYouMean(peer.netns, byName.keys()),
        );
      } else checkOtherEnd(spot, peer.name, other);
      const taken = ends.get(peer.netns) ?? new Set();
      if (taken.has(peer.name)) note(spot, 'peer-twice', `another veth ends in \`${peer.name}\` of \`${peer.netns}\` too`);
      ends.set(peer.netns, taken.add(peer.name));
    }
  }
  return ends;
}

/** The other end may be listed too, for its address and master, but not declare the pair again. */
function checkOtherEnd(spot: Spot, name: string, other: NamedNetns): void {
  const end = other.plan.links.find((each) => each.name === name);
  if (end === undefined) return;
  const where = `\`${name}\` of \`${other.name}\``;
  if (end.kind !== 'veth') note(spot, 'peer-kind', `${where} is a ${end.kind}, so no veth can end there`);
  if (end.peer !== undefined) note(spot, 'peer-at-both-ends', 'both ends of the veth declare their peer', `remove \`peer\` from ${where}`);
}

function checkNames(problems: Problems, netns: NamedNetns, devices: Set<string>): void {
  const listed = new Set<string>();
  for (const [i, link] of netns.plan.links.entries()) {
    const spot = linkSpot(problems, netns.name, i, 'name');
    if (listed.has(link.name)) note(spot, 'link-twice', `there is a link \`${link.name}\` already`);
    if ((link.name === 'lo') !== (link.kind === 'loopback')) note(spot, 'loopback', 'the link of kind loopback is `lo`, and only that');
    listed.add(link.name);
    devices.add(link.name);
  }
}

function checkMasters(problems: Problems, { name, plan }: NamedNetns): void {
  const masters = plan.links.filter((each) => MASTER_KINDS.includes(each.kind)).map((each) => each.name);
  for (const [i, link] of plan.links.entries()) {
    if (link.master === undefined) continue;
    const spot = linkSpot(problems, name, i, 'master');
    const master = plan.links.find((each) => each.name === link.master);
    if (master === undefined) {
      note(spot, 'dangling-master', `there is no link \`${link.master}\` in this namespace`, didYouMean(link.master, masters));
    } else if (!masters.includes(link.master)) note(spot, 'master-kind', `\`${link.master}\` is a ${master.kind}, and has no ports`);
  }
}

/** A device that stands on another one names it, and no other kind does. */
function checkLowers(problems: Problems, { name, plan }: NamedNetns, byName: ReadonlyMap<string, NamedNetns>): void {
  for (const [i, link] of plan.links.entries()) {
    const spot = linkSpot(problems, name, i, 'link');
    const below = link.link;
    if (below === undefined) {
      if (STACKED_KINDS.includes(link.kind))
        note(linkSpot(problems, name, i), 'no-link-below', `the ${link.kind} \`${link.name}\` stands on no device`, 'name one in `link`');
      continue;
    }
    if (!STACKED_KINDS.includes(link.kind)) note(spot, 'link-of-no-upper', `only ${STACKED_KINDS.join(', ')} stand on another device`);
    const there = byName.get(below.netns ?? name);
    const names = there === undefined ? [] : devicesOf(there, byName);
    if (there === undefined)
      note(spot, 'dangling-link', `there is no namespace \`${below.netns}\``, didYouMean(below.netns ?? '', byName.keys()));
    else if (!names.includes(below.name) || (there.name === name && below.name === link.name))
      note(spot, 'dangling-link', `there is no device \`${below.name}\` in \`${there.name}\``, didYouMean(below.name, names));
  }
}

/** Listed, or made by the peer of another. */
function devicesOf({ name, plan }: NamedNetns, byName: ReadonlyMap<string, NamedNetns>): readonly string[] {
  const ends = [...byName.values()].flatMap((other) => other.plan.links.flatMap(({ peer }) => (peer?.netns === name ? peer.name : [])));
  return [...plan.links.map((link) => link.name), ...ends];
}

function checkUses(netns: NamedNetns, devices: ReadonlySet<string>): void {
  for (const { spot, device } of netns.uses) {
    if (!devices.has(device))
      note(spot, 'dangling-device', `there is no device \`${device}\` in this namespace`, didYouMean(device, devices));
  }
}

function checkLoneVeths(problems: Problems, namespaces: readonly NamedNetns[], ends: ReadonlyMap<string, ReadonlySet<string>>): void {
  for (const { name, plan } of namespaces) {
    for (const [i, link] of plan.links.entries()) {
      if (link.kind !== 'veth' || link.peer !== undefined || ends.get(name)?.has(link.name)) continue;
      const fix = 'give it a `peer`, or name it in the `peer` of the other end';
      note(linkSpot(problems, name, i), 'lone-veth', `the veth \`${link.name}\` has no other end`, fix);
    }
  }
}
