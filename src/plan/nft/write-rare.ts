/** Statements and expressions that few rules have, as `nft list ruleset` prints them. */
import { formatIp } from '../../base/ip.js';
import type { Expression, Statement } from './nft-rule.js';

type Rare = Extract<Statement, { kind: 'queue' | 'tproxy' | 'dup' | 'quota' | 'count' | 'unseen' }>;

export function writeRareStatement(statement: Rare): string {
  switch (statement.kind) {
    case 'queue': {
      const flags = [statement.bypass && 'bypass', statement.fanout && 'fanout'].filter((flag) => flag !== false);
      const queue = statement.from === statement.to ? `${statement.from}` : `${statement.from}-${statement.to}`;
      return `queue${flags.length === 0 ? '' : ` flags ${flags.join(',')}`} to ${queue}`;
    }
    case 'tproxy': {
      const { address, port, family } = statement;
      const ip =
        address === undefined ? '' : typeof address === 'bigint' && port !== undefined ? `[${formatIp(address)}]` : formatIp(address);
      return `tproxy ${family === undefined ? '' : `${family} `}to ${ip}${port === undefined ? '' : `:${port}`}`;
    }
    case 'dup':
      return `dup to ${formatIp(statement.gateway)}${statement.device === undefined ? '' : ` device "${statement.device}"`}`;
    case 'quota':
      return `quota ${statement.over ? 'over ' : ''}${formatBytes(statement.bytes)}${statement.used === 0 ? '' : ` used ${formatBytes(statement.used)}`}`;
    case 'count':
      return `ct count ${statement.over ? 'over ' : ''}${statement.count}`;
    case 'unseen':
      return statement.text;
  }
}

/** In the largest unit that divides it. */
export function formatBytes(bytes: number): string {
  if (bytes > 0 && bytes % 1024 ** 2 === 0) return `${bytes / 1024 ** 2} mbytes`;
  return bytes > 0 && bytes % 1024 === 0 ? `${bytes / 1024} kbytes` : `${bytes} bytes`;
}

type RareExpression = Extract<Expression, { kind: 'raw' | 'tcp-option' | 'exthdr' | 'socket' | 'rt' }>;

/** Without `exists` or `missing`, which are values. */
export function writeRareExpression(expression: RareExpression): string {
  switch (expression.kind) {
    case 'raw':
      return `@${expression.base},${expression.offset},${expression.bits}`;
    case 'tcp-option':
      return `tcp option ${expression.name}${expression.field === 'size' ? ' size' : ''}`;
    case 'exthdr':
      return `exthdr ${expression.name}`;
    case 'socket':
      return `socket ${expression.key}`;
    case 'rt':
      return `rt ${expression.key}`;
  }
}
