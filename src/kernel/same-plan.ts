/** What two plans of one namespace have in common. */
import type { LinkPlan, NetnsPlan } from '../plan/plan.js';

const FIELDS = ['iptables', 'ip6tables', 'ipset', 'nft', 'ipvs'] as const;
const LISTS = ['routes', 'rules', 'neigh', 'fdb'] as const;

/** Rules, sets and virtual servers. */
export function sameFilters(a: NetnsPlan, b: NetnsPlan): boolean {
  return FIELDS.every((field) => a[field] === b[field]);
}

/** Everything else. */
export function sameMachine(a: NetnsPlan, b: NetnsPlan): boolean {
  if (LISTS.some((list) => !sameTexts(a[list], b[list]))) return false;
  if (!sameRecord(a.sysctl, b.sysctl) || !sameRecord(a.wg ?? NONE, b.wg ?? NONE) || !sameSpeakers(a, b)) return false;
  return a.links === b.links || (a.links.length === b.links.length && a.links.every((link, i) => sameLink(link, b.links[i] as LinkPlan)));
}

export function samePlan(a: NetnsPlan, b: NetnsPlan): boolean {
  return a === b || (sameFilters(a, b) && sameMachine(a, b));
}

const NONE = {};

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function sameRecord(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  if (a === b) return true;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}

function sameSpeakers({ speakers: a = NONE }: NetnsPlan, { speakers: b = NONE }: NetnsPlan): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** A device may have tens of thousands of addresses: mostly the very same list. */
function sameLink(a: LinkPlan, b: LinkPlan): boolean {
  if (a === b) return true;
  const { addr: own = [], ...rest } = a;
  const { addr: other = [], ...others } = b;
  return sameTexts(own, other) && JSON.stringify(rest) === JSON.stringify(others);
}
