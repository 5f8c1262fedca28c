/**
 * The smallest plan that still differs: probes, rules, routes, policy rules, sysctls, links and whole namespaces are left out as long as the two
 * kernels disagree. Halves first, then single pieces, until nothing more can go or the tries are used up.
 */
import type { NetnsDraft, PlanDraft } from './draft.js';

type Differs = (draft: PlanDraft) => boolean;

interface Search {
  best: PlanDraft;
  tries: number;
  readonly differs: Differs;
}

/** A list inside a plan that may lose members; `with` puts another in its place. */
interface Part {
  readonly length: number;
  keep(indexes: ReadonlySet<number>): PlanDraft;
}

export function shrink(draft: PlanDraft, differs: Differs, triesMax: number): PlanDraft {
  const search: Search = { best: draft, tries: triesMax, differs };
  let before: number;
  do {
    before = sizeOf(search.best);
    reduce(search, (plan) => part(plan.probes, (probes) => ({ ...plan, probes })));
    reduce(search, (plan) =>
      part(
        Object.keys(plan.netns).filter((name) => plan.netns[name]?.iptables),
        (kept) => withRulesOnlyIn(plan, kept),
      ),
    );
    reduce(search, (plan) => part(Object.entries(plan.netns), (rest) => withoutSpaces(plan, Object.fromEntries(rest))));
    reduce(search, (plan) => part(plan.listeners, (listeners) => ({ ...plan, listeners })));
    for (const name of Object.keys(search.best.netns)) reduceNetns(search, name);
  } while (sizeOf(search.best) < before && search.tries > 0);
  return search.best;
}

function withRulesOnlyIn(plan: PlanDraft, kept: readonly string[]): PlanDraft {
  const spaces = Object.entries(plan.netns).map(([name, { iptables, ...rest }]) => {
    return [name, iptables !== undefined && kept.includes(name) ? { ...rest, iptables } : rest] as const;
  });
  return { ...plan, netns: Object.fromEntries(spaces) };
}

function reduceNetns(search: Search, name: string): void {
  const reduceList = <T>(read: (netns: NetnsDraft) => readonly T[], write: (list: T[]) => Partial<NetnsDraft>): void =>
    reduce(search, (plan) => {
      const netns = plan.netns[name] as NetnsDraft;
      return part(read(netns), (list) => ({ ...plan, netns: { ...plan.netns, [name]: { ...netns, ...write(list) } } }));
    });
  for (const field of ['iptables', 'ip6tables'] as const) {
    reduceList(
      (netns) => tablesOf(netns[field] ?? ''),
      (tables) => ({ [field]: tables.join('') }),
    );
    reduceList(
      (netns) => rulesOf(netns[field] ?? ''),
      (lines) => ({ [field]: lines.map((line) => `${line}\n`).join('') }),
    );
  }
  reduceList(
    ({ ipset = '' }) => rulesOf(ipset),
    (lines) => ({ ipset: lines.map((line) => `${line}\n`).join('') }),
  );
  reduceList(
    ({ rules }) => rules,
    (rules) => ({ rules }),
  );
  reduceList(
    ({ routes }) => routes,
    (routes) => ({ routes }),
  );
  reduceList(
    ({ sysctl }) => Object.entries(sysctl).filter(([key]) => !NEEDED.test(key)),
    (list) => ({
      sysctl: {
        ...Object.fromEntries(Object.entries(search.best.netns[name]?.sysctl ?? {}).filter(([key]) => NEEDED.test(key))),
        ...Object.fromEntries(list),
      },
    }),
  );
  reduceList(
    ({ neigh }) => neigh,
    (neigh) => ({ neigh }),
  );
  reduceList(
    ({ fdb }) => fdb,
    (fdb) => ({ fdb }),
  );
}

/** Without these two runs of one plan may differ. */
const NEEDED = /icmp_rate|_redirects|disable_ipv6|ip_forward|proxy_delay|proxy_arp$|mcast_solicit/;

function tablesOf(text: string): string[] {
  return text.match(/^\*[\s\S]*?^COMMIT\n?/gm) ?? [];
}

/** Lines that are no rule stay: a chain without its head is another plan. */
function rulesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function part<T>(list: readonly T[], write: (rest: T[]) => PlanDraft): Part {
  return { length: list.length, keep: (indexes) => write(list.filter((_, i) => indexes.has(i))) };
}

function reduce(search: Search, partOf: (plan: PlanDraft) => Part): void {
  let size = Math.ceil(partOf(search.best).length / 2);
  while (size >= 1) {
    let start = 0;
    while (start < partOf(search.best).length) {
      if (!dropped(search, partOf(search.best), start, size)) start += size;
      if (search.tries <= 0) return;
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
}

function dropped(search: Search, whole: Part, start: number, size: number): boolean {
  const indexes = new Set(Array.from({ length: whole.length }, (_, i) => i).filter((i) => i < start || i >= start + size));
  const smaller = whole.keep(indexes);
  if (!isSound(smaller)) return false;
  search.tries--;
  if (!search.differs(smaller)) return false;
  search.best = smaller;
  return true;
}

/** Every table that begins also ends, and says its chains. */
function isSound(draft: PlanDraft): boolean {
  if (draft.probes.length === 0) return false;
  return Object.values(draft.netns).every(({ iptables = '' }) => {
    const tables = (iptables.match(/^\*/gm) ?? []).length;
    return tables === (iptables.match(/^COMMIT$/gm) ?? []).length;
  });
}

/** What ends in a namespace that is gone goes with it. */
function withoutSpaces(plan: PlanDraft, netns: Record<string, NetnsDraft>): PlanDraft {
  const isThere = (name: string): boolean => netns[name] !== undefined;
  const spaces = Object.entries(netns).map(([name, space]) => {
    const links = space.links.filter(({ peer, kind, link, name: device }) => {
      if (link !== undefined && typeof link !== 'string') return isThere(link.netns);
      if (kind !== 'veth') return true;
      return peer === undefined ? declares(netns, name, device) : isThere(peer.netns);
    });
    return [name, { ...space, links }] as const;
  });
  return {
    netns: Object.fromEntries(spaces),
    listeners: plan.listeners.filter((listener) => isThere(listener.netns)),
    probes: plan.probes.filter((probe) => isThere(probe.netns)),
  };
}

function declares(netns: Record<string, NetnsDraft>, name: string, device: string): boolean {
  return Object.values(netns).some(({ links }) => links.some(({ peer }) => peer?.netns === name && peer.name === device));
}

function sizeOf(draft: PlanDraft): number {
  return JSON.stringify(draft).length;
}
