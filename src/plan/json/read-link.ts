/** One link of a plan's JSON. What it says of other links and namespaces is checked in check-links.ts. */
import { parseMac } from '../../base/mac.js';
import { parseAddr } from '../iproute2/addr.js';
import { parseBridgeArgs } from '../iproute2/bridge.js';
import { parseBridgePort } from '../iproute2/bridge-port.js';
import { parseGeneveArgs } from '../iproute2/geneve.js';
import { parseIpTunnelArgs } from '../iproute2/ip-tunnel.js';
import { parseIpvlanArgs, parseMacvlanArgs, parseVlanArgs } from '../iproute2/stacked.js';
import { parseTunArgs } from '../iproute2/tun.js';
import { parseVxlanArgs } from '../iproute2/vxlan.js';
import { isDeviceName } from '../iproute2/words.js';
import type { LinkPlan } from '../plan.js';
import {
  arrayAt,
  booleanAt,
  didYouMean,
  inside,
  integerAt,
  type JsonObject,
  note,
  objectAt,
  parseAt,
  requiredString,
  type Spot,
  stringAt,
} from './fields.js';

const FIELDS = ['name', 'kind', 'args', 'peer', 'link', 'mac', 'mtu', 'master', 'slave', 'addr', 'up'];
const PEER_FIELDS = ['netns', 'name', 'mac'];

/** As after `ip link add … type`; `loopback` is the lo that every namespace has. */
const LINK_KINDS = [
  'loopback veth bridge vxlan dummy ipip sit gre gretap geneve wireguard tun vlan vrf ifb macvlan ipvlan bond ip6tnl',
  'ip6gre vti xfrm',
].flatMap((line) => line.split(' '));

const MTU_MIN = 68;
const MTU_MAX = 65535;

/** The link, or undefined when it has no usable name. */
export function readLink(spot: Spot, value: unknown): LinkPlan | undefined {
  const object = objectAt(spot, value, FIELDS);
  if (object === undefined) return undefined;
  const name = deviceAt(inside(spot, 'name'), object['name']);
  const kind = kindAt(inside(spot, 'kind'), object['kind']);
  const link: LinkPlan = {
    name: name ?? '',
    kind: kind ?? 'dummy',
    ...given('args', argsAt(inside(spot, 'args'), object['args'], kind)),
    ...given('peer', peerAt(inside(spot, 'peer'), object['peer'])),
    ...given('link', lowerAt(inside(spot, 'link'), object['link'])),
    ...given('mac', macAt(inside(spot, 'mac'), object['mac'])),
    ...given('mtu', integerAt(inside(spot, 'mtu'), object['mtu'], MTU_MIN, MTU_MAX)),
    ...given('master', stringAt(inside(spot, 'master'), object['master'])),
    ...given('slave', slaveAt(spot, object)),
    ...given('addr', object['addr'] === undefined ? undefined : addressesAt(inside(spot, 'addr'), object['addr'])),
    ...given('up', booleanAt(inside(spot, 'up'), object['up'])),
  };
  return name === undefined ? undefined : link;
}

/** Leaves out what is absent, as exactOptionalPropertyTypes and a clean JSON both want. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

export function deviceAt(spot: Spot, value: unknown): string | undefined {
  const name = requiredString(spot, value);
  if (name === undefined || isDeviceName(name)) return name;
  return note(spot, 'bad-device', `must be a device name of 1 to 15 characters without \`/\`, but is \`${name}\``);
}

function kindAt(spot: Spot, value: unknown): string | undefined {
  const kind = requiredString(spot, value);
  if (kind === undefined || LINK_KINDS.includes(kind)) return kind;
  return note(
    spot,
    'unknown-link-kind',
    `there is no link kind \`${kind}\``,
    didYouMean(kind, LINK_KINDS) ?? `kinds are ${LINK_KINDS.join(', ')}`,
  );
}

function argsAt(spot: Spot, value: unknown, kind: string | undefined): string | undefined {
  const args = stringAt(spot, value);
  const parse = ARGS[kind ?? ''];
  if (parse !== undefined) parseAt(spot, (origin) => parse(args ?? '', origin));
  else if (WITHOUT_ARGS.includes(kind ?? '') && args !== undefined && args.trim() !== '')
    note(spot, 'link-args', `a ${kind} takes no arguments here`, kind === 'veth' ? 'its other end stands in `peer`' : undefined);
  return args;
}

const ARGS: Readonly<Record<string, (text: string, origin: string) => unknown>> = {
  vxlan: parseVxlanArgs,
  bridge: parseBridgeArgs,
  ipip: (text, origin) => parseIpTunnelArgs('ipip', text, origin),
  gre: (text, origin) => parseIpTunnelArgs('gre', text, origin),
  geneve: parseGeneveArgs,
  vlan: parseVlanArgs,
  macvlan: parseMacvlanArgs,
  ipvlan: parseIpvlanArgs,
  tun: parseTunArgs,
};
const WITHOUT_ARGS = ['veth', 'dummy', 'wireguard'];

const LOWER_FIELDS = ['netns', 'name'];

/** `"eth0"`, or `{"netns": "node1", "name": "eth0"}`. */
function lowerAt(spot: Spot, value: unknown): LinkPlan['link'] {
  if (value === undefined) return undefined;
  if (typeof value === 'string') {
    const name = deviceAt(spot, value);
    return name === undefined ? undefined : { name };
  }
  const object = objectAt(spot, value, LOWER_FIELDS);
  if (object === undefined) return undefined;
  const name = deviceAt(inside(spot, 'name'), object['name']);
  return name === undefined ? undefined : { name, ...given('netns', stringAt(inside(spot, 'netns'), object['netns'])) };
}

function peerAt(spot: Spot, value: unknown): LinkPlan['peer'] {
  if (value === undefined) return undefined;
  const object = objectAt(spot, value, PEER_FIELDS);
  if (object === undefined) return undefined;
  const netns = requiredString(inside(spot, 'netns'), object['netns']);
  const name = deviceAt(inside(spot, 'name'), object['name']);
  const mac = macAt(inside(spot, 'mac'), object['mac']);
  return netns === undefined || name === undefined ? undefined : { netns, name, ...given('mac', mac) };
}

function macAt(spot: Spot, value: unknown): string | undefined {
  const text = stringAt(spot, value);
  if (text === undefined || parseMac(text) !== undefined) return text;
  return note(spot, 'bad-mac', `must be a MAC address such as 0a:58:0a:f4:01:02, but is \`${text}\``);
}

function slaveAt(link: Spot, object: JsonObject): string | undefined {
  const spot = inside(link, 'slave');
  const slave = stringAt(spot, object['slave']);
  if (slave === undefined) return undefined;
  if (object['master'] === undefined) note(spot, 'slave-without-master', 'only a port of a bridge has `slave` options', 'add `master`');
  parseAt(spot, (origin) => parseBridgePort(slave, origin));
  return slave;
}

function addressesAt(spot: Spot, value: unknown): readonly string[] {
  const seen = new Set<string>();
  const texts: string[] = [];
  for (const [i, each] of arrayAt(spot, value).entries()) {
    const text = requiredString(inside(spot, i), each);
    if (text === undefined) continue;
    texts.push(text);
    const address = parseAt(inside(spot, i), (origin) => parseAddr(text, origin));
    if (address === undefined) continue;
    const key = `${address.ip}/${address.length}`;
    if (seen.has(key))
      note(inside(spot, i), 'address-twice', `the device has the address \`${text.split(' ')[0]}\` already`, 'remove one of the two');
    seen.add(key);
  }
  return texts;
}
