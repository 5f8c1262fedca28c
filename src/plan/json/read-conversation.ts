/** The fields of a probe's JSON that make it part of a longer story, and how probes of one story fit together. */
import { InputError } from '../../base/errors.js';
import { readConntrackArgs } from '../conntrack-args.js';
import type { Conversation, NetnsChange } from '../conversation.js';
import { checkIptables } from '../iptables/check/check-iptables.js';
import { readIptables } from '../iptables-text.js';
import { rulesetOf } from '../nft/tables-of.js';
import type { ProbePlan } from '../plan.js';
import type { Ruleset } from '../ruleset.js';
import {
  arrayAt,
  booleanAt,
  didYouMean,
  inside,
  integerAt,
  type JsonObject,
  note,
  objectAt,
  parseAt,
  requiredString,
  type Spot,
  stringAt,
} from './fields.js';

export const CONVERSATION_FIELDS = ['after_ms', 'change', 'stop', 'keep', 'reuse', 'close', 'conntrack'];
const CHANGE_FIELDS = ['iptables', 'ip6tables', 'nft', 'in_place', 'ipvs', 'sysctl', 'conntrack'];
const AFTER_MS_MAX = 86_400_000 * 30;

/** Absent fields stay absent. */
export function readConversation(spot: Spot, object: JsonObject, namespaces: ReadonlySet<string>): Conversation {
  const afterMs = integerAt(inside(spot, 'after_ms'), object['after_ms'], 0, AFTER_MS_MAX);
  const close = stringAt(inside(spot, 'close'), object['close']);
  if (close !== undefined && close !== 'fin' && close !== 'reset')
    note(inside(spot, 'close'), 'unknown-word', `must be fin or reset, but is \`${close}\``);
  const fields = {
    afterMs,
    change: readChanges(inside(spot, 'change'), object['change'], namespaces),
    stop: stringsAt(inside(spot, 'stop'), object['stop']),
    keep: booleanAt(inside(spot, 'keep'), object['keep']),
    reuse: stringAt(inside(spot, 'reuse'), object['reuse']),
    close: close as Conversation['close'],
    conntrack: namesAt(inside(spot, 'conntrack'), object['conntrack'], namespaces),
  };
  if (fields.close !== undefined && fields.reuse === undefined)
    note(inside(spot, 'close'), 'nothing-to-close', 'closes the socket of another probe, which `reuse` must name');
  if (fields.close !== undefined && fields.keep === true)
    note(inside(spot, 'keep'), 'closed-socket', 'a socket that is closed cannot be kept');
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function stringsAt(list: Spot, value: unknown): readonly string[] | undefined {
  return value === undefined ? undefined : arrayAt(list, value).flatMap((each, i) => requiredString(inside(list, i), each) ?? []);
}

function namesAt(list: Spot, value: unknown, namespaces: ReadonlySet<string>): readonly string[] | undefined {
  const names = stringsAt(list, value);
  for (const [i, name] of (names ?? []).entries()) {
    if (!namespaces.has(name)) note(inside(list, i), 'unknown-netns', `there is no namespace \`${name}\``, didYouMean(name, namespaces));
  }
  return names;
}

function readChanges(spot: Spot, value: unknown, namespaces: ReadonlySet<string>): Conversation['change'] {
  if (value === undefined) return undefined;
  const changes: Record<string, NetnsChange> = {};
  for (const [name, each] of Object.entries(objectAt(spot, value, undefined) ?? {})) {
    const here = inside(spot, name);
    if (!namespaces.has(name)) note(here, 'unknown-netns', `there is no namespace \`${name}\``, didYouMean(name, namespaces));
    const object = objectAt(here, each, CHANGE_FIELDS);
    if (object !== undefined) changes[name] = readChange(here, object);
  }
  return changes;
}

function readChange(spot: Spot, object: JsonObject): NetnsChange {
  const nft = stringAt(inside(spot, 'nft'), object['nft']);
  if (nft !== undefined) parseAt(inside(spot, 'nft'), (origin) => rulesetOf(nft, origin));
  const conntrack = stringsAt(inside(spot, 'conntrack'), object['conntrack']);
  for (const [i, text] of (conntrack ?? []).entries()) {
    const here = inside(spot, 'conntrack', i);
    parseAt(here, (origin) => readConntrackArgs(text, origin));
  }
  const fields = {
    iptables: rulesAt(inside(spot, 'iptables'), object['iptables'], 4),
    ip6tables: rulesAt(inside(spot, 'ip6tables'), object['ip6tables'], 6),
    nft,
    inPlace: booleanAt(inside(spot, 'in_place'), object['in_place']),
    ipvs: stringAt(inside(spot, 'ipvs'), object['ipvs']),
    sysctl: object['sysctl'] === undefined ? undefined : settingsAt(inside(spot, 'sysctl'), object['sysctl']),
    conntrack,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function settingsAt(spot: Spot, value: unknown): Readonly<Record<string, string>> {
  const object = objectAt(spot, value, undefined) ?? {};
  for (const [key, each] of Object.entries(object)) {
    if (typeof each !== 'string' && typeof each !== 'number') note(inside(spot, key), 'wrong-type', 'must be a string or a number');
  }
  return Object.fromEntries(Object.entries(object).map(([key, each]) => [key, String(each)]));
}

/** What sets the rules may name is known to Linux alone. */
function rulesAt(spot: Spot, value: unknown, family: 4 | 6): Ruleset | undefined {
  const text = stringAt(spot, value);
  if (text === undefined) return undefined;
  return parseAt(
    spot,
    (file) => {
      const ruleset = readIptables(text, file);
      const problems = checkIptables(ruleset, { text, file, family, sets: undefined });
      if (problems.length > 0) throw new InputError(problems);
      return ruleset;
    },
    true,
  );
}

/** A probe that uses the socket of another says nothing else of it: netns, protocol and ends are those. */
export function inheritedEnds(spot: Spot, object: JsonObject, earlier: ReadonlyMap<string, ProbePlan>): ProbePlan | undefined {
  const reuse = object['reuse'];
  if (typeof reuse !== 'string') return undefined;
  for (const field of ['netns', 'proto', 'dst', 'dport', 'src', 'sport', 'mark', 'count', 'device', 'uid', 'gid']) {
    if (object[field] !== undefined) note(inside(spot, field), 'socket-settled', `is that of \`${reuse}\`, whose socket is used`);
  }
  const used = earlier.get(reuse);
  if (used === undefined)
    return note(inside(spot, 'reuse'), 'unknown-probe', `no earlier probe is called \`${reuse}\``, didYouMean(reuse, earlier.keys()));
  if (used.keep !== true)
    return note(inside(spot, 'reuse'), 'not-kept', `\`${reuse}\` does not keep its socket`, 'give that probe `"keep": true`');
  return used;
}
