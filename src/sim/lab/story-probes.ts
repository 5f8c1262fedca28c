/**
 * A history as a plan for the real kernel: its connections are probes of one story, and what changed between them is what a plan can change: rules,
 * connections that kube-proxy deletes, processes that end. Other changes are "cannot say" by name. Time is real there: it is left out where the simulated
 * kernel foresees the same without it, and "cannot say" where it does not.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import type { NetnsChange } from '../../plan/conversation.js';
import { writeIptables } from '../../plan/iptables/write-iptables.js';
import { rulesetOf } from '../../plan/nft/tables-of.js';
import { writeNft } from '../../plan/nft/write-ruleset.js';
import type { NetnsPlan, Plan, ProbePlan } from '../../plan/plan.js';
import type { Ruleset } from '../../plan/ruleset.js';
import type { ClusterPlan } from '../cluster-plan.js';
import type { History, OpenedConnection } from '../history/history.js';
import { processOf } from '../history/process-of.js';
import { PATIENCE_MS, type When } from '../history/replay.js';

interface Pending {
  readonly change: Readonly<Record<string, NetnsChange>>;
  readonly stop: readonly string[];
}

interface Asked {
  readonly id: string;
  readonly when: When;
  /** By namespace, what kube-proxy deletes after the change of that number, from 0. */
  readonly deletions: readonly Readonly<Record<string, readonly string[]>>[];
  readonly lost: boolean;
}

/** The last probe is the one that is asked about. */
export function storyProbes(history: History, { id, when, deletions, lost }: Asked): Plan {
  const first = history.first.whole([]);
  const probes: ProbePlan[] = [];
  let before = first;
  let last = history.first;
  let changes = 0;
  let pending: Pending = { change: {}, stop: [] };
  const add = (connection: OpenedConnection, reuse: boolean, name: string): void => {
    probes.push({ ...probeOf(connection, name, lost), ...(reuse ? { reuse: connection.id } : {}), ...pending });
    pending = { change: {}, stop: [] };
  };
  for (const happening of history.happenings) {
    if (happening.kind === 'becomes') {
      const now = happening.plan.whole([]);
      refuseRestarts(last, happening.plan, now);
      pending = join(pending, changeOf(before, now, happening.plan), deletions[changes++] ?? {});
      before = now;
      last = happening.plan;
    } else if (happening.kind === 'opens') {
      add(happening.connection, false, happening.connection.id);
      if (happening.connection.id === id && when === 'opening') break;
    } else if (happening.kind === 'uses') add(history.find(happening.id) as OpenedConnection, true, `use ${probes.length}`);
  }
  if (when === 'now') add(history.find(id) as OpenedConnection, true, 'asked');
  return { ...first, probes };
}

function probeOf({ id, source, destination }: OpenedConnection, name: string, lost: boolean): ProbePlan {
  const { ip, port, proto } = destination;
  return {
    id: name,
    netns: source.netns,
    proto,
    dst: formatIp(ip),
    dport: port,
    keep: true,
    timeoutMs: lost && name !== id ? 600 : PATIENCE_MS,
  };
}

const SAME = ['links', 'routes', 'rules', 'neigh', 'fdb', 'ipset', 'ipvs', 'wg', 'speakers', 'sysctl'] as const;

function changeOf(before: Plan, now: Plan, { cluster }: ClusterPlan): Pending {
  const [was, is] = [Object.keys(before.netns), Object.keys(now.netns)];
  if (was.join() !== is.join()) throw cannot('a namespace comes or goes');
  const change: Record<string, NetnsChange> = {};
  for (const name of is) {
    const [old, next] = [before.netns[name] as NetnsPlan, now.netns[name] as NetnsPlan];
    if (old === next) continue;
    const other = SAME.find((field) => JSON.stringify(old[field] ?? null) !== JSON.stringify(next[field] ?? null));
    if (other !== undefined) throw cannot(`${name} has other ${other}`);
    const rules = rulesOf(old, next, name);
    if (rules.nft?.includes('affinity-') === true) throw cannot(`${name} would lose what sets of nftables were given`);
    if (Object.keys(rules).length > 0) change[name] = rules;
  }
  const started = now.listeners.find(({ id }) => !before.listeners.some((one) => one.id === id));
  if (started !== undefined) throw cannot(`${started.id} begins to listen`);
  if (cluster.kubeProxy.mode === 'ipvs') throw cannot('servers of IPVS are changed in place');
  return { change, stop: before.listeners.map(({ id }) => id).filter((id) => !now.listeners.some((one) => one.id === id)) };
}

function refuseRestarts(before: ClusterPlan, now: ClusterPlan, { listeners }: Plan): void {
  const again = listeners.find(({ id }) => {
    const was = processOf(before.view, id);
    return was !== undefined && was !== processOf(now.view, id);
  });
  if (again !== undefined) throw cannot(`${again.id} is started again`);
}

function rulesOf(old: NetnsPlan, next: NetnsPlan, name: string): NetnsChange {
  const nft = nftText(next, name);
  return {
    ...(rulesText(old.iptables) === rulesText(next.iptables) ? {} : { iptables: next.iptables }),
    ...(rulesText(old.ip6tables) === rulesText(next.ip6tables) ? {} : { ip6tables: next.ip6tables }),
    ...(nftText(old, name) === nft ? {} : { nft }),
  };
}

function rulesText(ruleset: Ruleset | undefined): string {
  return ruleset === undefined ? '' : writeIptables(ruleset, 'restore');
}

function nftText({ nft }: NetnsPlan, name: string): string | undefined {
  return nft === undefined ? undefined : writeNft(rulesetOf(nft, name));
}

/** Several changes before one probe: the later one's rules hold, and what is deleted is deleted after them. */
function join(one: Pending, other: Pending, deletions: Readonly<Record<string, readonly string[]>>): Pending {
  const names = [...new Set([...Object.keys(one.change), ...Object.keys(other.change), ...Object.keys(deletions)])];
  const change = names.map((name): [string, NetnsChange] => {
    const conntrack = [...(one.change[name]?.conntrack ?? []), ...(deletions[name] ?? [])];
    return [name, { ...one.change[name], ...other.change[name], ...(conntrack.length === 0 ? {} : { conntrack }) }];
  });
  return { change: Object.fromEntries(change), stop: [...one.stop, ...other.stop] };
}

function cannot(what: string): Error {
  return unsupported('change-on-lab', `${what} while connections are open, which the real kernel is not asked about`, {
    fix: 'judge this on the simulator',
  });
}
