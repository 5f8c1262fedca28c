/** Answers that do not fit the packets that a rule has named (stmt_evaluate_reject of src/evaluate.c of nftables). */
import type { Statement } from '../nft-rule.js';
import type { NamedProtocols } from './named-protocols.js';
import type { WordFault } from './protocol-fault.js';

const TCP = 6;

export function rejectFault(
  { family, networks, transports }: NamedProtocols,
  { with: said }: Extract<Statement, { kind: 'reject' }>,
): WordFault | undefined {
  if (said === undefined) return undefined;
  if (said.kind === 'tcp reset') {
    if ([...transports].every((each) => each === TCP)) return undefined;
    return { code: 'bad-reset', message: 'only TCP can be reset, and the rule names another protocol', word: 'tcp reset' };
  }
  if (said.kind === 'icmpx') {
    if (family === 'inet') return undefined;
    const fix = `write ${family === 'ip' ? 'icmp' : 'icmpv6'} and a code of it`;
    return { code: 'wrong-family', message: 'icmpx is for tables of the family inet', fix, word: 'icmpx' };
  }
  const own = said.kind === 'icmp' ? 'ip' : 'ip6';
  const other = [...networks].find((each) => each !== own);
  if (other === undefined) return undefined;
  const message = `${said.kind} answers packets of ${own}, but the packets here are of ${other}`;
  return {
    code: 'conflicting-protocols',
    message,
    fix: family === 'inet' ? 'write icmpx and a code of it' : undefined,
    word: `with ${said.kind}`,
  };
}
