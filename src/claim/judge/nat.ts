/**
 * `is SNATed`, `is SNATed to node1`, `is not SNATed`, `is DNATed to pod B`. Where a server saw the packet, its two addresses decide; they
 * differ from the client's exactly if the packet was translated, whoever did it. Where none did, the translations on the way decide.
 */
import type { NatStep } from '../../trace/trace.js';
import type { Qualifier } from '../traffic-claim.js';
import { isAtPlace, placeText, withOwner } from './address.js';
import { ruleLeftUntranslated } from './deciding.js';
import type { Finding, Sight } from './finding.js';

type NatQualifier = Extract<Qualifier, { kind: 'snat' | 'dnat' }>;

const SOURCE_KINDS = ['SNAT', 'MASQUERADE'];

export function judgeNat(qualifier: NatQualifier, sight: Sight, sentence: string): Finding | undefined {
  const side = qualifier.kind === 'snat' ? 'source' : 'destination';
  const { translated, seen } = whatWasSeen(sight, side);
  const matches = qualifier.to === undefined ? translated : translated && isAtPlace(seen, qualifier.to, sight.world);
  if (matches !== qualifier.negated) return undefined;
  const step = lastStep(sight, side);
  const word = side === 'source' ? 'SNATed' : 'DNATed';
  return {
    expected: expectation(qualifier, side, sentence, sight),
    happened: translated
      ? `it is translated to ${withOwner(seen, sight.world)}`
      : `it is not translated: the ${side} stays ${withOwner(seen, sight.world)}`,
    stopAt:
      step === undefined ? undefined : (line) => line.texts.some((text) => text.includes(step.to) && text.includes(`${step.kind} to`)),
    ...decidingRule(sight, side, step, translated),
    nearest: translated ? `is ${word} to ${nearestPlace(seen, sight, side)}` : `is not ${word}`,
  };
}

/** Of the translation; where there is none, of the hook that let the source pass, or no rule at all: a program has called in its own name. */
function decidingRule(
  sight: Sight,
  side: 'source' | 'destination',
  step: NatStep | undefined,
  translated: boolean,
): Pick<Finding, 'rule' | 'reason'> {
  if (step?.rule) return { rule: { node: step.node, rule: step.rule } };
  if (step !== undefined && sight.outcome.connection !== undefined) return { reason: `${step.node} translates it as when it was opened` };
  if (step === undefined && translated) return { reason: 'a program on the way took the connection, and called the server itself' };
  return step === undefined && side === 'source' ? { rule: ruleLeftUntranslated(sight) } : {};
}

function expectation(qualifier: NatQualifier, side: string, sentence: string, sight: Sight): string {
  const { to } = qualifier;
  const place = to === undefined ? '' : ` to ${placeText(to, sentence, sight.world)}`;
  return qualifier.negated ? `the ${side} address is not translated${place}` : `the ${side} address is translated${place}`;
}

function lastStep(sight: Sight, side: 'source' | 'destination'): NatStep | undefined {
  return sight.outcome.nat.filter((step) => SOURCE_KINDS.includes(step.kind) === (side === 'source')).at(-1);
}

function whatWasSeen(sight: Sight, side: 'source' | 'destination'): { translated: boolean; seen: string } {
  const { serverSees, clientSees, snat, dnat } = sight.outcome;
  const end = side === 'source' ? 'src' : 'dst';
  if (serverSees !== null) return { translated: side === 'source' ? snat : dnat, seen: serverSees[end] };
  const step = lastStep(sight, side);
  return { translated: step !== undefined, seen: step?.to ?? clientSees[end] };
}

/** A node is named as such; another source by its address; a destination with its port. */
function nearestPlace(seen: string, sight: Sight, side: 'source' | 'destination'): string {
  const address = seen.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  const owner = sight.world.owner(address) ?? '';
  const node = sight.world.nodes().find((name) => owner === name || owner.startsWith(`${name} `));
  return node ?? (side === 'source' ? address : seen);
}
