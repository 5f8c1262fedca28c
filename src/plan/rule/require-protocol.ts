/** What only some protocols have, such as ports: iptables or the kernel refuses it in a rule that does not say `-p` one of them. */
import { inputError } from '../../base/errors.js';
import type { RuleDraft } from './rule-draft.js';
import type { Match, Target } from './rule.js';
import { DCCP, formatProtocol, ICMP, SCTP, TCP, UDP } from './value/protocol.js';

/** ICMP's identifier is chosen like a port. */
const WITH_PORTS: readonly number[] = [TCP, UDP, SCTP, DCCP, ICMP];
const TCP_ONLY: readonly number[] = [TCP];

export function requireProtocol({ header, reader }: RuleDraft, what: string, protocols: readonly number[]): void {
  const { protocol } = header;
  if (protocol !== undefined && !protocol.not && protocols.includes(protocol.proto)) return;
  const { origin: file, text } = reader;
  const names = protocols.map(formatProtocol);
  throw inputError('missing-protocol', `\`${what}\` is only for ${names.join(', ')}, which the rule must name`, {
    position: { file, line: 1, column: Math.max(0, text.indexOf(what)) + 1, text, width: what.length },
    fix: `add -p ${names.join(' or -p ')}`,
  });
}

/** Of what a match asks, beside what its module always needs. */
export function requireMatchProtocol(draft: RuleDraft, matches: readonly Match[]): void {
  if (matches.some(({ kind }) => kind === 'ecn-tcp')) requireProtocol(draft, '-m ecn', TCP_ONLY);
}

export function requireTargetProtocol(draft: RuleDraft, target: Target): void {
  if (target.kind === 'tproxy') requireProtocol(draft, 'TPROXY', [TCP, UDP]);
  if (target.kind === 'unseen' && target.name === 'ECN') requireProtocol(draft, 'ECN', TCP_ONLY);
  if (target.kind === 'tcpmss') requireProtocol(draft, 'TCPMSS', TCP_ONLY);
  if (target.kind === 'reject' && target.with === 'tcp-reset') requireProtocol(draft, 'tcp-reset', TCP_ONLY);
  if ('range' in target && target.range.ports !== undefined) requireProtocol(draft, target.kind.toUpperCase(), WITH_PORTS);
}
