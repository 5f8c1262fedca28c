/**
 * A namespace's links, addresses, routes, rules, neighbours and fdb entries as lines of iproute2, for reading and for pasting: each section names its
 * command. Connected routes, which a plan leaves to the kernel, are shown as the kernel adds them.
 */
import { formatCidr, parseCidr } from '../../base/cidr.js';
import { UnsupportedError } from '../../base/errors.js';
import { parseFdb } from '../../plan/iproute2/fdb.js';
import { formatFdb, formatNeigh } from '../../plan/iproute2/listing/format-neigh.js';
import { formatRoute } from '../../plan/iproute2/listing/format-route.js';
import { formatPolicyRule } from '../../plan/iproute2/listing/format-rule.js';
import { parseNeigh } from '../../plan/iproute2/neigh.js';
import { parseRoute } from '../../plan/iproute2/route.js';
import { parseRule } from '../../plan/iproute2/rule.js';
import type { LinkPlan, NetnsPlan } from '../../plan/plan.js';

export function renderIp(plan: NetnsPlan): string {
  const sections: [command: string, lines: readonly string[]][] = [
    ['ip link', plan.links.map(linkLine)],
    ['ip addr', plan.links.flatMap((link) => (link.addr ?? []).map((address) => `${address} dev ${link.name}`))],
    [
      'ip route',
      [...plan.links.flatMap(connectedRoutes), ...plan.routes.map((text) => asListed(text, (line) => formatRoute(parseRoute(line))))],
    ],
    ['ip rule', plan.rules.map((text) => asListed(text, (line) => formatPolicyRule(parseRule(line))))],
    ['ip neigh', plan.neigh.map((text) => asListed(text, (line) => formatNeigh(parseNeigh(line))))],
    ['bridge fdb', plan.fdb.map((text) => asListed(text, (line) => formatFdb(parseFdb(line))))],
    ...Object.entries(plan.wg ?? {}).map(([device, text]): [string, string[]] => [`wg setconf ${device}`, text.trimEnd().split('\n')]),
    ['sysctl', Object.entries(plan.sysctl).map(([key, value]) => `${key} = ${value}`)],
  ];
  return sections
    .filter(([, lines]) => lines.length > 0)
    .map(([command, lines]) => `# ${command}\n${lines.join('\n')}\n`)
    .join('\n');
}

/** As the tool lists it; what is not modelled stays as it is written. */
function asListed(text: string, format: (text: string) => string): string {
  try {
    return format(text);
  } catch (error) {
    if (error instanceof UnsupportedError) return text;
    throw error;
  }
}

function linkLine(link: LinkPlan): string {
  const words = [link.name];
  if (link.mac !== undefined) words.push(`address ${link.mac}`);
  if (link.mtu !== undefined) words.push(`mtu ${link.mtu}`);
  if (link.master !== undefined) words.push(`master ${link.master}`);
  words.push(link.up === false ? 'down' : 'up', `type ${link.kind}`);
  if (link.link !== undefined) words.push(`link ${link.link.name}${link.link.netns === undefined ? '' : ` netns ${link.link.netns}`}`);
  if (link.args !== undefined) words.push(link.args);
  if (link.slave !== undefined) words.push(`bridge_slave ${link.slave}`);
  if (link.peer !== undefined) words.push(`peer ${link.peer.name} netns ${link.peer.netns}`);
  return words.join(' ');
}

function connectedRoutes(link: LinkPlan): string[] {
  return (link.addr ?? []).flatMap((address) => {
    const network = parseCidr(address);
    if (network === undefined || network.length === (typeof network.ip === 'number' ? 32 : 128)) return [];
    return [`${formatCidr(network)} dev ${link.name} proto kernel scope link src ${address.slice(0, address.indexOf('/'))}`];
  });
}
