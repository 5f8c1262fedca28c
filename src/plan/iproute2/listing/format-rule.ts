/** A policy rule as `ip rule show` prints it (ip/iprule.c print_rule), with its priority at the end, where `ip rule add` reads it. */
import { addressBits, type Cidr } from '../../../base/cidr.js';
import { formatIp } from '../../../base/ip.js';
import { formatProtocol } from '../../rule/value/protocol.js';
import type { RuleEntry } from '../rule.js';
import type { NumberRange, RuleSelectors } from '../rule-selectors.js';
import { tableName } from './format-route.js';

export function formatPolicyRule(rule: RuleEntry): string {
  const { from, to, iif, oif, fwmark, fwmask, selectors, suppressLength, priority } = rule;
  const words: string[] = selectors?.not === true ? ['not'] : [];
  words.push('from', from === undefined ? 'all' : prefix(from));
  if (to !== undefined) words.push('to', prefix(to));
  if (selectors !== undefined && selectors.tos !== 0) words.push('tos', `0x${selectors.tos.toString(16).padStart(2, '0')}`);
  if (fwmark !== undefined) words.push('fwmark', mark(fwmark, fwmask));
  if (iif !== undefined) words.push('iif', iif);
  if (oif !== undefined) words.push('oif', oif);
  if (selectors !== undefined) words.push(...selectorWords(selectors));
  words.push(...actionWords(rule));
  if (suppressLength !== undefined) words.push('suppress_prefixlength', `${suppressLength}`);
  if (priority !== undefined) words.push('priority', `${priority}`);
  return words.join(' ');
}

function prefix({ ip, length }: Cidr): string {
  return length === addressBits(ip) ? formatIp(ip) : `${formatIp(ip)}/${length}`;
}

function mark(value: number, mask: number): string {
  const text = `0x${(value >>> 0).toString(16)}`;
  return mask === -1 ? text : `${text}/0x${(mask >>> 0).toString(16)}`;
}

function selectorWords({ uids, proto, sport, dport }: RuleSelectors): string[] {
  const words: string[] = [];
  if (uids !== undefined) words.push('uidrange', `${uids.first}-${uids.last}`);
  if (proto !== undefined) words.push('ipproto', formatProtocol(proto));
  if (sport !== undefined) words.push('sport', range(sport));
  if (dport !== undefined) words.push('dport', range(dport));
  return words;
}

function range({ first, last }: NumberRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function actionWords({ action, table, target }: RuleEntry): string[] {
  if (action === 'lookup') return ['lookup', tableName(table)];
  return action === 'goto' ? ['goto', `${target}`] : [action];
}
