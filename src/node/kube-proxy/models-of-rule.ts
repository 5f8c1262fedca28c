/**
 * The Services that a rule may speak of. The family is that of the packet it met, or of the addresses that stand in it; a rule that tells neither is looked
 * for in the cluster's first family, and then in the other, whose Services have the same names.
 */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { familiesOf } from '../../api/cluster.js';
import type { NodeContext, RuleRef } from '../agent.js';
import { type ServiceModel, serviceModel } from './service-model.js';

/** The likelier first. */
export function modelsOfRule({ cluster, view }: NodeContext, rule: RuleRef): readonly ServiceModel[] {
  const told = familyTold(rule);
  const families = familiesOf(cluster);
  return [...families.filter((family) => family === told), ...families.filter((family) => family !== told)].map((family) =>
    serviceModel(view, family),
  );
}

const IPV6_WORDS = /(?:^|[\s[{])[0-9a-f]*:[0-9a-f:]*:[0-9a-f:]*|icmp6-|KUBE-6-|^ip6 /;

function familyTold({ table, chain, text, destination }: RuleRef): IpFamily | undefined {
  if (destination !== undefined) return familyOfText(destination.ip);
  if ([table, chain, text].some((words) => IPV6_WORDS.test(words))) return 'IPv6';
  return /\b\d+\.\d+\.\d+\.\d+\b|icmp-/.test(text) ? 'IPv4' : undefined;
}

/** What the first of them knows that knows anything. */
export function firstDefined<T>(models: readonly ServiceModel[], ask: (model: ServiceModel) => T | undefined): T | undefined {
  for (const model of models) {
    const found = ask(model);
    if (found !== undefined) return found;
  }
  return undefined;
}
