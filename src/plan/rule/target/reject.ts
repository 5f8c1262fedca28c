/** -j REJECT (extensions/libipt_REJECT.c, libip6t_REJECT.c). One that names no answer means a closed port, in either family. */
import { nearest } from '../../../base/nearest.js';
import { type TargetModule, targetModule } from '../module.js';
import { notModelled, refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { RejectWith } from '../rule.js';

const ANSWERS: ReadonlyMap<string, RejectWith> = new Map<string, RejectWith>([
  ['icmp-net-unreachable', 'icmp-net-unreachable'],
  ['net-unreach', 'icmp-net-unreachable'],
  ['icmp-host-unreachable', 'icmp-host-unreachable'],
  ['host-unreach', 'icmp-host-unreachable'],
  ['icmp-proto-unreachable', 'icmp-proto-unreachable'],
  ['proto-unreach', 'icmp-proto-unreachable'],
  ['icmp-port-unreachable', 'icmp-port-unreachable'],
  ['port-unreach', 'icmp-port-unreachable'],
  ['icmp-net-prohibited', 'icmp-net-prohibited'],
  ['net-prohib', 'icmp-net-prohibited'],
  ['icmp-host-prohibited', 'icmp-host-prohibited'],
  ['host-prohib', 'icmp-host-prohibited'],
  ['icmp-admin-prohibited', 'icmp-admin-prohibited'],
  ['admin-prohib', 'icmp-admin-prohibited'],
  ['icmp6-no-route', 'icmp6-no-route'],
  ['no-route', 'icmp6-no-route'],
  ['icmp6-adm-prohibited', 'icmp6-adm-prohibited'],
  ['adm-prohibited', 'icmp6-adm-prohibited'],
  ['icmp6-addr-unreachable', 'icmp6-addr-unreachable'],
  ['addr-unreach', 'icmp6-addr-unreachable'],
  ['icmp6-port-unreachable', 'icmp6-port-unreachable'],
  ['icmp6-policy-fail', 'icmp6-policy-fail'],
  ['policy-fail', 'icmp6-policy-fail'],
  ['icmp6-reject-route', 'icmp6-reject-route'],
  ['reject-route', 'icmp6-reject-route'],
  ['tcp-reset', 'tcp-reset'],
  ['tcp-rst', 'tcp-reset'],
]);

function readAnswer(reader: RuleReader): RejectWith {
  const word = takeValue(reader);
  const answer = ANSWERS.get(word);
  if (answer !== undefined) return answer;
  if (word === 'echo-reply') notModelled(reader, `the answer \`${word}\` of REJECT`);
  const near = nearest(word, ANSWERS.keys());
  return refuse(reader, 'bad-reject', `REJECT has no answer \`${word}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

export const reject: TargetModule = targetModule<{ with: RejectWith }>({
  name: 'REJECT',
  begin: () => ({ with: 'icmp-port-unreachable' }),
  options: {
    '--reject-with': (reader, draft) => {
      draft.with = readAnswer(reader);
    },
  },
  finish: (_reader, draft) => ({ kind: 'reject', with: draft.with }),
});
