/** `the server sees 192.168.1.20`, `the server sees the client's own address`: the source address of the packet that reached a server. */
import type { Qualifier } from '../traffic-claim.js';
import { addressOf, isAtPlace, placeText, sameAddress, withOwner } from './address.js';
import { ruleLeftUntranslated } from './deciding.js';
import type { Finding, Sight } from './finding.js';
import { deliveryText } from './fate-text.js';

export function judgeServerSees(
  qualifier: Extract<Qualifier, { kind: 'server-sees' }>,
  sight: Sight,
  sentence: string,
): Finding | undefined {
  const { serverSees, clientSees, nat } = sight.outcome;
  const { address } = qualifier;
  const expected =
    address === 'own'
      ? `the server sees the client's own address, ${withOwner(addressOf(clientSees.src), sight.world)}`
      : `the server sees ${placeText(address, sentence, sight.world)}`;
  if (serverSees === null) return { expected, happened: `no server saw the packet: ${deliveryText(sight)}` };
  const matches = address === 'own' ? sameAddress(serverSees.src, clientSees.src) : isAtPlace(serverSees.src, address, sight.world);
  if (matches) return undefined;
  const seen = addressOf(serverSees.src);
  const step = nat.filter((one) => one.kind === 'SNAT' || one.kind === 'MASQUERADE').at(-1);
  return {
    expected,
    happened: `the server sees ${withOwner(seen, sight.world)}`,
    stopAt: step === undefined ? undefined : (line) => line.texts.some((text) => text.includes(`${step.kind} to ${step.to}`)),
    rule: step?.rule ? { node: step.node, rule: step.rule } : step === undefined ? ruleLeftUntranslated(sight) : undefined,
    nearest: sameAddress(seen, clientSees.src) ? "the server sees the client's own address" : `the server sees ${seen}`,
  };
}
