/**
 * A route as `ip route show table all` prints it (ip/iproute.c print_route), as arguments that make it again: the legs of a multipath route in the
 * same line, and the scope `global`, which is not printed, where it would not come by itself.
 */
import { addressBits } from '../../../base/cidr.js';
import { formatIp, type Ip } from '../../../base/ip.js';
import type { Nexthop, RouteEntry } from '../route.js';
import { SCOPE, TABLE } from '../scope.js';

const METRIC_6 = 1024;
const SCOPES: ReadonlyMap<number, string> = new Map(Object.entries(SCOPE).map(([name, number]) => [number, name]));
const TABLES: ReadonlyMap<number, string> = new Map(Object.entries(TABLE).map(([name, number]) => [number, name]));

export function formatRoute(route: RouteEntry): string {
  const { type, dst, via, dev, table, scope, src, onlink, mtu, advmss, proto } = route;
  const six = typeof dst.ip === 'bigint';
  const words: string[] = type === 'unicast' ? [] : [type];
  words.push(formatDestination(dst.ip, dst.length));
  if (via !== undefined) words.push('via', gateway(via, six));
  if (dev !== undefined) words.push('dev', dev);
  if (table !== TABLE.main) words.push('table', tableName(table));
  if (proto !== 'boot') words.push('proto', proto);
  if (!six && (scope !== SCOPE.global || isNear(route))) words.push('scope', SCOPES.get(scope) ?? `${scope}`);
  if (src !== undefined) words.push('src', formatIp(src));
  const metric = six && route.metric === 0 ? METRIC_6 : route.metric;
  if (metric !== 0) words.push('metric', `${metric}`);
  if (onlink) words.push('onlink');
  if (mtu !== undefined) words.push('mtu', `${mtu}`);
  if (advmss !== undefined) words.push('advmss', `${advmss}`);
  for (const leg of route.nexthops) words.push(...legWords(leg, six));
  return words.join(' ');
}

/** Without a `scope` it would be nearer than global. */
function isNear({ type, via, nexthops }: RouteEntry): boolean {
  return type === 'local' || type === 'broadcast' || (type === 'unicast' && via === undefined && nexthops.length === 0);
}

function formatDestination(ip: Ip, length: number): string {
  if (length === 0) return 'default';
  return length === addressBits(ip) ? formatIp(ip) : `${formatIp(ip)}/${length}`;
}

function gateway(via: Ip, six: boolean): string {
  return typeof via === 'bigint' && !six ? `inet6 ${formatIp(via)}` : formatIp(via);
}

function legWords({ via, dev, weight, onlink }: Nexthop, six: boolean): string[] {
  const words = ['nexthop'];
  if (via !== undefined) words.push('via', gateway(via, six));
  if (dev !== undefined) words.push('dev', dev);
  words.push('weight', `${weight}`);
  if (onlink) words.push('onlink');
  return words;
}

export function tableName(table: number): string {
  return TABLES.get(table) ?? `${table}`;
}
