/**
 * A whole plan as a source of namespaces. A veth is declared at one end: the other end is found through an index, and is added to
 * its namespace where no link there bears its name.
 */
import { inputError } from '../base/errors.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, PlanSource } from '../plan/plan.js';

interface FarEnd {
  /** Where the declared end is. */
  readonly netns: string;
  readonly name: string;
  readonly mac: string | undefined;
}

export function planSource(plan: Plan): PlanSource {
  const farEnds = indexPeers(plan);
  const uppers = indexUppers(plan);
  const listeners = new Map<string, ListenerPlan[]>();
  for (const listener of plan.listeners) {
    const same = listeners.get(listener.netns);
    if (same === undefined) listeners.set(listener.netns, [listener]);
    else same.push(listener);
  }
  return {
    netns: (name) => {
      const netns = Object.hasOwn(plan.netns, name) ? plan.netns[name] : undefined;
      return netns === undefined ? undefined : withFarEnds(netns, farEnds.get(name));
    },
    listeners: (netns) => listeners.get(netns) ?? [],
    uppers: (netns) => uppers.get(netns),
    peer: (netns, device) => farEnds.get(netns)?.get(device),
    epoch: plan.epoch,
  };
}

/** Devices that stand on one of another namespace, by its namespace and name. */
function indexUppers(plan: Plan): Map<string, Map<string, { readonly netns: string; readonly name: string }[]>> {
  const uppers = new Map<string, Map<string, { readonly netns: string; readonly name: string }[]>>();
  for (const [netns, { links }] of Object.entries(plan.netns)) {
    for (const { name, link } of links) {
      if (link?.netns === undefined || link.netns === netns) continue;
      let there = uppers.get(link.netns);
      if (there === undefined) uppers.set(link.netns, (there = new Map()));
      there.set(link.name, [...(there.get(link.name) ?? []), { netns, name }]);
    }
  }
  return uppers;
}

/** Ends that others declare, by namespace and name. */
function indexPeers(plan: Plan): Map<string, Map<string, FarEnd>> {
  const farEnds = new Map<string, Map<string, FarEnd>>();
  for (const [netns, { links }] of Object.entries(plan.netns)) {
    for (const link of links) {
      if (link.peer === undefined) continue;
      if (!Object.hasOwn(plan.netns, link.peer.netns)) {
        throw inputError('no-such-netns', `${netns}: the peer of ${link.name} is in ${link.peer.netns}, which the plan does not have`);
      }
      let there = farEnds.get(link.peer.netns);
      if (there === undefined) farEnds.set(link.peer.netns, (there = new Map()));
      there.set(link.peer.name, { netns, name: link.name, mac: link.peer.mac });
    }
  }
  return farEnds;
}

function withFarEnds(netns: NetnsPlan, farEnds: ReadonlyMap<string, FarEnd> | undefined): NetnsPlan {
  if (farEnds === undefined) return netns;
  const listed = new Map(netns.links.map((link) => [link.name, link]));
  const links: LinkPlan[] = netns.links.map((link) => {
    const mac = farEnds.get(link.name)?.mac;
    return mac === undefined || link.mac !== undefined ? link : { ...link, mac };
  });
  for (const [name, { mac }] of farEnds) if (!listed.has(name)) links.push({ name, kind: 'veth', mac });
  return { ...netns, links };
}
