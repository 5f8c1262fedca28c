/**
 * A plan as JSON, schema `hopspec.dev/plan/v1`: the form in which the simulated and the real kernel exchange networks. Reading
 * checks everything that can be checked without a kernel, and reports all of it together; writing leaves out what is absent.
 */
import type { NetnsChange } from './conversation.js';
import { writeIptables } from './iptables-text.js';
import type { NamedNetns } from './json/check-links.js';
import { checkIpvsChanges } from './json/check-ipvs-changes.js';
import { checkListeners } from './json/check-listeners.js';
import { checkNamespaces } from './json/check-namespaces.js';
import { inside, integerAt, note, objectAt, type Problems, type Spot, throwProblems } from './json/fields.js';
import { readJson } from './json/read-json.js';
import { readListeners, readProbes } from './json/read-flows.js';
import { readNetns } from './json/read-netns.js';
import { writeNft } from './nft/write-ruleset.js';
import { type LinkPlan, type ListenerPlan, type NetnsPlan, type Plan, PLAN_SCHEMA, type ProbePlan } from './plan.js';
import type { Ruleset } from './ruleset.js';

const FIELDS = ['schema', 'netns', 'listeners', 'probes', 'epoch'];
/** The end of 2099. */
const EPOCH_MAX = 4_102_444_799;

// What `ip netns add` takes, which makes a file of it; no blanks, as traces part words by them.
// oxlint-disable-next-line no-control-regex
const NETNS_NAME = /^(?!\.{1,2}$)[^\s/\u0000-\u001f\u007f]{1,255}$/;

/** `source` is JSON text, or the value read from it. Throws InputError with every problem found. */
export function readPlan(source: string | object, file: string): Plan {
  const document = typeof source === 'string' ? readJson(source, file) : undefined;
  const problems: Problems = { list: [], lost: [], more: 0, position: document?.position, file };
  const plan = readDocument(problems, document === undefined ? source : document.value);
  throwProblems(problems);
  return plan;
}

function readDocument(problems: Problems, value: unknown): Plan {
  const root: Spot = { problems, path: [] };
  const object = objectAt(root, value, FIELDS) ?? {};
  const schema = object['schema'];
  if (schema !== undefined && schema !== PLAN_SCHEMA) note(inside(root, 'schema'), 'unknown-schema', `must be \`${PLAN_SCHEMA}\``);
  const members = objectAt(inside(root, 'netns'), object['netns'], undefined) ?? {};
  const namespaces: NamedNetns[] = [];
  for (const [name, each] of Object.entries(members)) {
    const spot = inside(root, 'netns', name);
    if (!NETNS_NAME.test(name))
      note(spot, 'bad-netns', 'the name of a namespace has no blanks, control characters or `/`, and is not `.` or `..`');
    const netns = readNetns(spot, each);
    if (netns !== undefined) namespaces.push({ name, ...netns });
  }
  const bindable = checkNamespaces(problems, namespaces);
  const names = new Set(Object.keys(members));
  const epoch = integerAt(inside(root, 'epoch'), object['epoch'], 0, EPOCH_MAX);
  const listeners = readListeners(inside(root, 'listeners'), object['listeners'], names);
  checkListeners(inside(root, 'listeners'), placed(listeners, object['listeners']), (name) => bindable.get(name));
  const netns = Object.fromEntries(namespaces.map(({ name, plan }) => [name, plan]));
  const probes = readProbes(inside(root, 'probes'), object['probes'], names);
  checkIpvsChanges(inside(root, 'probes'), placed(probes, object['probes']), netns);
  return {
    netns,
    listeners,
    probes,
    ...(epoch === undefined ? {} : { epoch }),
  };
}

/** Those that could be read, with where they stand. */
function placed<T extends { readonly id: string }>(read: readonly T[], value: unknown): { readonly one: T; readonly index: number }[] {
  const ids = Array.isArray(value) ? (value as readonly { readonly id?: unknown }[]).map((each) => each?.id) : [];
  return read.map((one) => ({ one, index: ids.indexOf(one.id) }));
}

/** The plan as a JSON value, namespaces by name. */
export function writePlan(plan: Plan): Readonly<Record<string, unknown>> {
  const names = Object.keys(plan.netns).sort();
  return {
    schema: PLAN_SCHEMA,
    netns: Object.fromEntries(names.map((name) => [name, writeNetns(plan.netns[name] as NetnsPlan)])),
    listeners: plan.listeners.map(writeListener),
    probes: plan.probes.map(writeProbe),
    ...(plan.epoch === undefined ? {} : { epoch: plan.epoch }),
  };
}

function writeNetns(netns: NetnsPlan): Readonly<Record<string, unknown>> {
  return present({
    sysctl: { ...netns.sysctl },
    links: netns.links.map(writeLink),
    routes: [...netns.routes],
    rules: [...netns.rules],
    neigh: [...netns.neigh],
    fdb: [...netns.fdb],
    ipset: textOf(netns.ipset),
    iptables: restoreText(netns.iptables),
    ip6tables: restoreText(netns.ip6tables),
    nft: typeof netns.nft === 'object' ? writeNft(netns.nft) : netns.nft,
    ipvs: textOf(netns.ipvs),
    wg: netns.wg === undefined ? undefined : { ...netns.wg },
    speakers: netns.speakers === undefined ? undefined : { ...netns.speakers },
  });
}

/** Of what a restore tool reads. */
export function textOf<T extends string | { readonly text: string } | undefined>(made: T): string | Extract<T, undefined> {
  return typeof made === 'object' ? made.text : (made as string | Extract<T, undefined>);
}

function restoreText(ruleset: Ruleset | undefined): string | undefined {
  return ruleset === undefined ? undefined : writeIptables(ruleset, 'restore');
}

function writeLink(link: LinkPlan): Readonly<Record<string, unknown>> {
  const { name, kind, args, peer, link: below, mac, mtu, master, slave, addr, up } = link;
  return present({
    name,
    kind,
    args,
    peer: peer === undefined ? undefined : writePeer(peer),
    link: below?.netns === undefined ? below?.name : { netns: below.netns, name: below.name },
    mac,
    mtu,
    master,
    slave,
    addr: addr === undefined ? undefined : [...addr],
    up,
  });
}

function writePeer(peer: NonNullable<LinkPlan['peer']>): Readonly<Record<string, unknown>> {
  return present({ netns: peer.netns, name: peer.name, mac: peer.mac });
}

function writeListener(listener: ListenerPlan): Readonly<Record<string, unknown>> {
  const { id, netns, proto, ip, port, ...options } = listener;
  return present({ id, netns, proto, ip, port, ...options });
}

function writeProbe(probe: ProbePlan): Readonly<Record<string, unknown>> {
  const { id, netns, proto, dst, dport, src, sport, mark, count, timeoutMs, afterMs, change, ...options } = probe;
  const changes =
    change === undefined ? undefined : Object.fromEntries(Object.entries(change).map(([name, each]) => [name, writeChange(each)]));
  const story = { timeout_ms: timeoutMs, ...options, after_ms: afterMs, change: changes };
  return present(options.reuse === undefined ? { id, netns, proto, dst, dport, src, sport, mark, count, ...story } : { id, ...story });
}

function writeChange({ iptables, ip6tables, nft, inPlace, ...change }: NetnsChange): Readonly<Record<string, unknown>> {
  return present({ iptables: restoreText(iptables), ip6tables: restoreText(ip6tables), nft, in_place: inPlace, ...change });
}

function present(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
