/**
 * The plug-in rewrite, as far as it gives one name for another whole one: `rewrite [stop|continue] name [exact] FROM TO`, whose answers bear the name that was asked for.
 * Source: CoreDNS plugin/rewrite/{name,reverter}.go. Other fields, and other ways to match, are refused by name.
 */
import { unsupported } from '../../../base/errors.js';
import { absolute, type DnsAnswer, type DnsQuestion, type DnsRecord } from '../../../packet/dns/record.js';
import type { Directive } from './corefile.js';

interface RewriteRule {
  readonly from: string;
  readonly to: string;
  readonly goesOn: boolean;
}

export function rewriteRules(directives: readonly Directive[]): readonly RewriteRule[] {
  return directives.map(({ args, block }) => {
    const goesOn = args[0] === 'continue';
    const words = args[0] === 'continue' || args[0] === 'stop' ? args.slice(1) : args;
    const [field, ...rest] = words;
    const [from, to, ...more] = rest[0] === 'exact' ? rest.slice(1) : rest;
    const isExact = field === 'name' && from !== undefined && to !== undefined && more.length === 0 && block.length === 0;
    if (!isExact) {
      throw unsupported('corefile', `"rewrite ${args.join(' ')}" of a Corefile is not modelled`, {
        fix: 'modelled: rewrite [stop|continue] name [exact] FROM TO',
      });
    }
    return { from: absolute(from), to: absolute(to), goesOn };
  });
}

export function rewritten(rules: readonly RewriteRule[], question: DnsQuestion, next: (question: DnsQuestion) => DnsAnswer): DnsAnswer {
  let name = question.name;
  for (const rule of rules) {
    if (absolute(name) !== rule.from) continue;
    name = rule.to;
    if (!rule.goesOn) break;
  }
  if (name === question.name) return next(question);
  const back = (record: DnsRecord): DnsRecord => (absolute(record.name) === absolute(name) ? { ...record, name: question.name } : record);
  const answer = next({ ...question, name });
  return { ...answer, answer: answer.answer.map(back), extra: answer.extra.map(back) };
}
