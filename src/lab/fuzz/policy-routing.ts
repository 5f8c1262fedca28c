/** Random routes and policy rules of a node, beside those that make its network work: every type of route, tables, marks, sources. */
import type { Build } from './build.js';

const TABLES = [100, 101];
const TYPES = ['blackhole', 'unreachable', 'prohibit', 'throw'];

export function policyRouting(build: Build, n: number): void {
  const { chance } = build;
  const node = build.netns[`n${n}`];
  if (node === undefined) return;
  const other = (n % build.nodes) + 1;
  const has = (device: string): boolean => node.links.some((link) => link.name === device);
  const ways = ['via 192.168.1.1', `via 192.168.1.1${other}`, 'via 192.168.1.1 onlink dev eth0', 'dev eth0'];
  if (has('eth1')) ways.push('via 192.168.2.1', `via 192.168.2.1${other}`);
  const places = ['203.0.113.0/24', `10.244.${other}.0/24`, '10.96.0.0/16', '10.50.0.0/16', '192.168.2.0/24', `10.244.${other}.2/32`];
  for (const table of chance.some(TABLES, 80)) {
    node.routes.push(`default ${chance.pick(ways)} table ${table}`);
    for (const place of chance.some(places, 40)) node.routes.push(`${route(place)} table ${table}`);
  }
  for (const place of chance.some(places.slice(0, 4), 20)) node.routes.push(`${route(place)} metric ${chance.between(1, 3) * 10}`);
  if (chance.maybe(20)) node.routes.push('local 10.56.0.0/24 dev lo');
  const pods = `10.244.${n}.0/24`;
  const selectors = [
    ...[`from ${pods}`, `from 192.168.1.1${n}`, 'to 203.0.113.0/24', `to 10.244.${other}.0/24`, 'fwmark 0x1/0x1', 'fwmark 0x2/0xff'],
    ...['iif eth0', 'iif lo', `from ${pods} to 203.0.113.9`, `from 10.244.${n}.2 fwmark 0x4/0x4`, 'oif eth0'],
  ];
  if (has('cni0')) selectors.push('iif cni0');
  let priority = 50;
  for (const selector of chance.some(selectors, 20)) {
    const action = chance.maybe(85) ? `lookup ${chance.pick(TABLES)}` : chance.pick(TYPES.slice(0, 3));
    node.rules.push(`${selector} ${action} priority ${priority++}`);
  }

  function route(place: string): string {
    return chance.maybe(70) ? `${place} ${chance.pick(ways)}` : `${chance.pick(TYPES)} ${place}`;
  }
}
