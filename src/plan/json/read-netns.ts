/** One namespace of a plan's JSON: its links, its iproute2 texts, and what the restore tools read. */
import { readIptables } from '../iptables-text.js';
import { parseFdb } from '../iproute2/fdb.js';
import { parseNeigh } from '../iproute2/neigh.js';
import { parseRoute } from '../iproute2/route.js';
import { parseRule } from '../iproute2/rule.js';
import type { LinkPlan, NetnsPlan } from '../plan.js';
import type { Ruleset } from '../ruleset.js';
import { arrayAt, type JsonObject, note, objectAt, parseAt, type Path, type Problems, requiredString, stringAt } from './fields.js';
import { readLink } from './read-link.js';

const FIELDS = ['sysctl', 'links', 'routes', 'rules', 'neigh', 'fdb', 'ipset', 'iptables', 'ip6tables', 'nft', 'ipvs', 'wg'];

/** A text of iproute2, and the devices it names. */
export interface DeviceUse {
  readonly path: Path;
  readonly device: string;
}

export interface ReadNetns {
  readonly plan: NetnsPlan;
  readonly uses: readonly DeviceUse[];
}

export function readNetns(problems: Problems, path: Path, value: unknown): ReadNetns | undefined {
  const object = objectAt(problems, path, value, FIELDS);
  if (object === undefined) return undefined;
  const uses: DeviceUse[] = [];
  const texts = (field: string, devicesOf: (text: string, origin: string) => readonly (string | undefined)[]): readonly string[] =>
    textsAt(problems, [...path, field], object[field], uses, devicesOf);
  const plan: NetnsPlan = {
    sysctl: stringsAt(problems, [...path, 'sysctl'], object['sysctl']),
    links: linksAt(problems, [...path, 'links'], object['links']),
    routes: texts('routes', routeDevices),
    rules: texts('rules', (text, origin) => (parseRule(text, origin), [])),
    neigh: texts('neigh', (text, origin) => [parseNeigh(text, origin).dev]),
    fdb: texts('fdb', (text, origin) => [parseFdb(text, origin).dev]),
    iptables: rulesetAt(problems, [...path, 'iptables'], object['iptables']),
    ip6tables: rulesetAt(problems, [...path, 'ip6tables'], object['ip6tables']),
    ...restoreTexts(problems, path, object),
  };
  return { plan, uses };
}

function routeDevices(text: string, origin: string): readonly (string | undefined)[] {
  const route = parseRoute(text, origin);
  return [route.dev, ...route.nexthops.map((nexthop) => nexthop.dev)];
}

function linksAt(problems: Problems, path: Path, value: unknown): readonly LinkPlan[] {
  return arrayAt(problems, path, value).flatMap((each, i) => readLink(problems, [...path, i], each) ?? []);
}

function textsAt(
  problems: Problems,
  path: Path,
  value: unknown,
  uses: DeviceUse[],
  devicesOf: (text: string, origin: string) => readonly (string | undefined)[],
): readonly string[] {
  const texts: string[] = [];
  for (const [i, each] of arrayAt(problems, path, value).entries()) {
    const spot = [...path, i];
    const text = requiredString(problems, spot, each);
    if (text === undefined) continue;
    texts.push(text);
    const devices = parseAt(problems, spot, (origin) => devicesOf(text, origin)) ?? [];
    for (const device of devices) if (device !== undefined) uses.push({ path: spot, device });
  }
  return texts;
}

/** Members that are strings, or numbers, which sysctl writes the same. */
function stringsAt(problems: Problems, path: Path, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const object = objectAt(problems, path, value, undefined) ?? {};
  const strings: Record<string, string> = {};
  for (const [key, each] of Object.entries(object)) {
    if (typeof each === 'string') strings[key] = each;
    else if (typeof each === 'number') strings[key] = String(each);
    else note(problems, [...path, key], 'wrong-type', 'must be a string or a number');
  }
  return strings;
}

function rulesetAt(problems: Problems, path: Path, value: unknown): Ruleset | undefined {
  const text = stringAt(problems, path, value);
  if (text === undefined || text.trim() === '') return undefined;
  return parseAt(problems, path, (origin) => readIptables(text, origin));
}

function restoreTexts(problems: Problems, path: Path, object: JsonObject): Pick<NetnsPlan, 'ipset' | 'nft' | 'ipvs' | 'wg'> {
  const given: Record<string, unknown> = {};
  for (const field of ['ipset', 'nft', 'ipvs'] as const) {
    const text = stringAt(problems, [...path, field], object[field]);
    if (text !== undefined) given[field] = text;
  }
  if (object['wg'] !== undefined) given['wg'] = stringsAt(problems, [...path, 'wg'], object['wg']);
  return given;
}
