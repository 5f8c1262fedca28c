/** One namespace of a plan's JSON: its links, its iproute2 texts, and what the restore tools read. */
import { InputError, type Problem, unsupported } from '../../base/errors.js';
import { parseIp } from '../../base/ip.js';
import { checkIptables, type IptablesText } from '../iptables/check/check-iptables.js';
import { readIptables } from '../iptables-text.js';
import type { IpSets } from '../ipset/ip-set.js';
import { readIpset } from '../ipset/read-ipset.js';
import { readIpvs } from '../ipvs/read-ipvs.js';
import { parseFdb } from '../iproute2/fdb.js';
import { type ListingKind, readListing } from '../iproute2/listing/read-listing.js';
import { parseNeigh } from '../iproute2/neigh.js';
import { parseRoute } from '../iproute2/route.js';
import { parseRule } from '../iproute2/rule.js';
import { checkNft } from '../nft/check/check-nft.js';
import { rulesetOf } from '../nft/tables-of.js';
import type { LinkPlan, NetnsPlan } from '../plan.js';
import type { Ruleset } from '../ruleset.js';
import { readWireguard } from '../wireguard/read-wireguard.js';
import { arrayAt, inside, type JsonObject, note, objectAt, parseAt, pathText, requiredString, type Spot, stringAt } from './fields.js';
import type { PlacedFdb } from './check-fdb.js';
import type { NamedNetns } from './check-links.js';
import type { PlacedRoute } from './check-routes.js';
import type { PlacedRule } from './check-rules.js';
import { readLink } from './read-link.js';

const FIELDS = ['sysctl', 'links', 'routes', 'rules', 'neigh', 'fdb', 'ipset', 'iptables', 'ip6tables', 'nft', 'ipvs', 'wg', 'speakers'];

/** A text of iproute2, and the devices it names. */
export interface DeviceUse {
  readonly spot: Spot;
  readonly device: string;
}

export type ReadNetns = Omit<NamedNetns, 'name'>;

interface Found {
  readonly uses: DeviceUse[];
  readonly routes: PlacedRoute[];
  readonly rules: PlacedRule[];
  readonly fdb: PlacedFdb[];
}

export function readNetns(spot: Spot, value: unknown): ReadNetns | undefined {
  refuseForeign(spot, value);
  const object = objectAt(spot, value, FIELDS);
  if (object === undefined) return undefined;
  const found: Found = { uses: [], routes: [], rules: [], fdb: [] };
  const texts = (
    field: ListingKind,
    read: (text: string, at: Spot, origin: string) => readonly (string | undefined)[],
  ): readonly string[] => textsAt(inside(spot, field), entriesAt(inside(spot, field), field, object[field]), found.uses, read);
  const plan: NetnsPlan = {
    sysctl: stringsAt(inside(spot, 'sysctl'), object['sysctl']),
    links: linksAt(inside(spot, 'links'), object['links']),
    routes: texts('routes', (text, at, origin) => {
      const entry = parseRoute(text, origin);
      found.routes.push({ spot: at, entry });
      return [entry.dev, ...entry.nexthops.map(({ dev }) => dev)];
    }),
    rules: texts('rules', (text, at, origin) => {
      found.rules.push({ spot: at, entry: parseRule(text, origin), six: text.includes(':') });
      return [];
    }),
    neigh: texts('neigh', (text, _at, origin) => [parseNeigh(text, origin).dev]),
    fdb: texts('fdb', (text, at, origin) => {
      const entry = parseFdb(text, origin);
      found.fdb.push({ spot: at, entry });
      return [entry.dev];
    }),
    ...filterTexts(spot, object),
    ...restoreTexts(spot, object),
    ...speakersAt(inside(spot, 'speakers'), object['speakers'], found.uses),
  };
  return { plan, ...found };
}

function speakersAt(spot: Spot, value: unknown, uses: DeviceUse[]): Pick<NetnsPlan, 'speakers'> {
  if (value === undefined) return {};
  const speakers: Record<string, readonly string[]> = {};
  for (const [device, list] of Object.entries(objectAt(spot, value, undefined) ?? {})) {
    const here = inside(spot, device);
    uses.push({ spot: here, device });
    speakers[device] = arrayAt(here, list).flatMap((each, i) => addressAt(inside(here, i), each) ?? []);
  }
  return { speakers };
}

function addressAt(spot: Spot, value: unknown): string | undefined {
  const text = stringAt(spot, value);
  if (text === undefined || parseIp(text) !== undefined) return text;
  return note(spot, 'bad-address', `\`${text}\` is not an IP address`, 'write it like 10.0.0.9 or fd00::9');
}

/** Tables of Linux that no plan has: what a bridge passes, and ARP, meet no rules but those of br_netfilter. */
const FOREIGN = ['ebtables', 'arptables'] as const;

function refuseForeign(spot: Spot, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const name of FOREIGN) {
    if (!Object.hasOwn(value, name)) continue;
    const at = [...spot.path, name];
    const position = spot.problems.position?.(at);
    throw unsupported(name, `${pathText(at)}: ${name} is not modelled`, {
      ...(position === undefined ? {} : { position }),
      fix: 'frames that cross a bridge meet iptables and ip6tables, where br_netfilter calls them',
    });
  }
}

function linksAt(spot: Spot, value: unknown): readonly LinkPlan[] {
  return arrayAt(spot, value).flatMap((each, i) => readLink(inside(spot, i), each) ?? []);
}

/** A list of arguments, or what the tool prints of them, as one text. */
function entriesAt(spot: Spot, kind: ListingKind, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return parseAt(spot, (file) => readListing(kind, value, file), true) ?? [];
}

function textsAt(
  list: Spot,
  value: unknown,
  uses: DeviceUse[],
  read: (text: string, at: Spot, origin: string) => readonly (string | undefined)[],
): readonly string[] {
  const texts: string[] = [];
  for (const [i, each] of arrayAt(list, value).entries()) {
    const spot = inside(list, i);
    const text = requiredString(spot, each);
    if (text === undefined) continue;
    texts.push(text);
    const devices = parseAt(spot, (origin) => read(text, spot, origin)) ?? [];
    for (const device of devices) if (device !== undefined) uses.push({ spot, device });
  }
  return texts;
}

/** Members that are strings, or numbers, which sysctl writes the same. */
function stringsAt(spot: Spot, value: unknown): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const object = objectAt(spot, value, undefined) ?? {};
  const strings: Record<string, string> = {};
  for (const [key, each] of Object.entries(object)) {
    if (typeof each === 'string') strings[key] = each;
    else if (typeof each === 'number') strings[key] = String(each);
    else note(inside(spot, key), 'wrong-type', 'must be a string or a number');
  }
  return strings;
}

/** What iptables may name: the namespace's sets, no more. */
function filterTexts(spot: Spot, object: JsonObject): Pick<NetnsPlan, 'iptables' | 'ip6tables' | 'ipset'> {
  const ipset = stringAt(inside(spot, 'ipset'), object['ipset']);
  const sets = ipset === undefined ? NO_SETS : parseAt(inside(spot, 'ipset'), (origin) => readIpset(ipset, origin));
  return {
    iptables: rulesetAt(inside(spot, 'iptables'), object['iptables'], { family: 4, sets }),
    ip6tables: rulesetAt(inside(spot, 'ip6tables'), object['ip6tables'], { family: 6, sets }),
    ...(ipset === undefined ? {} : { ipset }),
  };
}

const NO_SETS: IpSets = new Map();

function rulesetAt(spot: Spot, value: unknown, about: Pick<IptablesText, 'family' | 'sets'>): Ruleset | undefined {
  const text = stringAt(spot, value);
  if (text === undefined || text.trim() === '') return undefined;
  // A ruleset that is not modelled is not carried on as text, and would be lost.
  return parseAt(
    spot,
    (file) => {
      const ruleset = readIptables(text, file);
      throwAny(checkIptables(ruleset, { text, file, ...about }));
      return ruleset;
    },
    true,
  );
}

function throwAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(problems);
}

function wireguardAt(spot: Spot, value: unknown): Readonly<Record<string, string>> {
  const texts = stringsAt(spot, value);
  for (const [device, text] of Object.entries(texts)) parseAt(inside(spot, device), (origin) => readWireguard(text, origin));
  return texts;
}

function restoreTexts(spot: Spot, object: JsonObject): Pick<NetnsPlan, 'nft' | 'ipvs' | 'wg'> {
  const given: Record<string, unknown> = {};
  for (const field of ['nft', 'ipvs'] as const) {
    const text = stringAt(inside(spot, field), object[field]);
    if (text !== undefined) given[field] = text;
  }
  const { nft, ipvs } = given;
  if (typeof nft === 'string') parseAt(inside(spot, 'nft'), (origin) => throwAny(checkNft(rulesetOf(nft, origin))));
  if (typeof ipvs === 'string') parseAt(inside(spot, 'ipvs'), (origin) => readIpvs(ipvs, origin));
  if (object['wg'] !== undefined) given['wg'] = wireguardAt(inside(spot, 'wg'), object['wg']);
  return given;
}
