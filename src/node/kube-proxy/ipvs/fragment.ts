/**
 * kube-proxy's part of a node in IPVS mode: virtual servers, the device that makes their addresses the node's own, ipsets, and rules that ask
 * them. Source: Kubernetes 1.34 pkg/proxy/ipvs/{proxier,netlink_linux}.go. Each family has a half of its own; the device is one. What depends on endpoints is made when it is asked for; the rest stays the same
 * object while endpoints come and go, and is shared by nodes for which it is the same.
 */
import { familyOf, hostRange, type IpFamily } from '../../../base/ip-family.js';
import type { MadeSets } from '../../../plan/ipset/ip-set.js';
import type { MadeServices } from '../../../plan/ipvs/ipvs-service.js';
import type { LinkPlan } from '../../../plan/plan.js';
import type { NodeFragment, TableFragment } from '../../agent.js';
import { rememberedWhile } from '../remembered.js';
import type { ServiceModel } from '../service-model.js';
import { ipvsTables } from './rules.js';
import { type FixedSets, fixedSets, proxySets } from './sets.js';
import { type IpvsNode, virtualServerTable } from './virtual-servers.js';

export const IPVS_DEVICE = 'kube-ipvs0';

/** What one family has. */
export interface IpvsHalf {
  readonly family: IpFamily;
  /** The device with the addresses of the family: the same list while endpoints come and go. */
  readonly links: readonly [LinkPlan];
  readonly tables: readonly TableFragment[];
  readonly ipset: MadeSets;
  readonly ipvs: MadeServices;
}

interface Fixed {
  readonly sets: FixedSets;
  readonly links: readonly [LinkPlan];
  /** By whether KUBE-LOOP-BACK has elements. */
  readonly tables: Map<boolean, readonly TableFragment[]>;
}

const lastFixed = rememberedWhile<Fixed>();

/** The same half again for who asks about the same Services, so that a kernel need not look whether anything changed. */
const halvesOf = new WeakMap<ServiceModel, Map<string, IpvsHalf>>();

export function ipvsHalf(model: ServiceModel, node: IpvsNode): IpvsHalf {
  let byNode = halvesOf.get(model);
  if (byNode === undefined) halvesOf.set(model, (byNode = new Map()));
  const { name, zone, ip, scheduler, timeouts, nodePortIps } = node;
  const settings = settingsOf(model, node);
  const key = [name, zone, ip, scheduler, JSON.stringify(timeouts), nodePortIps.join(), settings].join(' ');
  let half = byNode.get(key);
  if (half === undefined) byNode.set(key, (half = makeHalf(model, node, settings)));
  return half;
}

function makeHalf(model: ServiceModel, node: IpvsNode, settings: string): IpvsHalf {
  const fixed = lastFixed(model, settings, () => {
    const sets = fixedSets(model.ports, node);
    return { sets, links: [deviceWith(sets.bound.map(hostRange))], tables: new Map() };
  });
  const ipset = proxySets(model, fixed.sets, node);
  const hasLocal = ipset.has('KUBE-LOOP-BACK');
  let tables = fixed.tables.get(hasLocal);
  if (tables === undefined) fixed.tables.set(hasLocal, (tables = ipvsTables(model.ports, ipset, node)));
  return { family: node.family, links: fixed.links, tables, ipset, ipvs: virtualServerTable(model, fixed.sets.index, node) };
}

export function joinedHalves(halves: readonly IpvsHalf[]): Joined {
  const [only, other] = halves;
  if (only !== undefined && other === undefined) return { links: only.links, ipset: only.ipset, ipvs: only.ipvs };
  const known = only === undefined ? undefined : joins.get(only);
  if (known !== undefined && known.other === other) return known.joined;
  const joined = joinHalves(halves);
  if (only !== undefined) joins.set(only, { other, joined });
  return joined;
}

type Joined = Pick<NodeFragment, 'links' | 'ipset' | 'ipvs'>;

const joins = new WeakMap<IpvsHalf, { readonly other: IpvsHalf | undefined; readonly joined: Joined }>();

function joinHalves(halves: readonly IpvsHalf[]): Joined {
  return {
    links: [deviceWith(halves.flatMap(({ links: [device] }) => device.addr ?? []))],
    ipset: {
      sets: new Map(halves.flatMap(({ ipset }) => [...ipset.sets])),
      get text() {
        return halves.map(({ ipset }) => ipset.text).join('');
      },
    },
    ipvs: {
      timeouts: halves[0]?.ipvs.timeouts ?? {},
      find: (proto, ip, port) => halves.find(({ family }) => family === familyOf(ip))?.ipvs.find(proto, ip, port),
      get text() {
        return halves.map(({ ipvs }) => ipvs.text).join('');
      },
    },
  };
}

/** Nothing ever sets it up: its addresses are the node's own all the same. */
function deviceWith(addr: readonly string[]): LinkPlan {
  return { name: IPVS_DEVICE, kind: 'dummy', up: false, addr };
}

/** What of the node the fixed part reads: most nodes agree in it. */
function settingsOf({ outside }: ServiceModel, node: IpvsNode): string {
  const taken = outside.flatMap((port) => [...port.externalIPs, ...port.loadBalancerVIPs]).filter((ip) => node.addresses.has(ip));
  const ranged = outside.some((port) => port.sourceRanges.length > 0);
  const sctp = outside.some((port) => port.protocol === 'sctp' && port.nodePort !== 0);
  return [
    ...[node.masqueradeAll, node.masqueradeBit, node.detector?.meaning, taken.join()],
    ...[ranged ? node.ip : '', sctp ? node.nodePortIps.join() : ''],
  ].join(' ');
}
