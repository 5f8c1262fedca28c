/** One link of a plan's JSON. What it says of other links and namespaces is checked in check-links.ts. */
import { parseMac } from '../../base/mac.js';
import { nearest } from '../../base/nearest.js';
import { parseAddr } from '../iproute2/addr.js';
import { parseBridgeArgs } from '../iproute2/bridge.js';
import { parseBridgePort } from '../iproute2/bridge-port.js';
import { parseVxlanArgs } from '../iproute2/vxlan.js';
import { isDeviceName } from '../iproute2/words.js';
import type { LinkPlan } from '../plan.js';
import { arrayAt, booleanAt, integerAt, type JsonObject, note, objectAt, parseAt, type Path, type Problems, requiredString, stringAt } from './fields.js';

const FIELDS = ['name', 'kind', 'args', 'peer', 'mac', 'mtu', 'master', 'slave', 'addr', 'up'];
const PEER_FIELDS = ['netns', 'name', 'mac'];

/** As after `ip link add … type`; `loopback` is the lo that every namespace has. */
const LINK_KINDS = [
  ...['loopback', 'veth', 'bridge', 'vxlan', 'dummy', 'ipip', 'sit', 'gre', 'gretap', 'geneve', 'wireguard', 'tun', 'vlan', 'vrf', 'ifb'],
  ...['macvlan', 'ipvlan', 'bond', 'ip6tnl', 'ip6gre', 'vti', 'xfrm'],
];

const MTU_MIN = 68;
const MTU_MAX = 65535;

/** The link, or undefined when it has no usable name. */
export function readLink(problems: Problems, path: Path, value: unknown): LinkPlan | undefined {
  const object = objectAt(problems, path, value, FIELDS);
  if (object === undefined) return undefined;
  const name = deviceAt(problems, [...path, 'name'], object['name']);
  const kind = kindAt(problems, [...path, 'kind'], object['kind']);
  const link: LinkPlan = {
    name: name ?? '',
    kind: kind ?? 'dummy',
    ...given('args', argsAt(problems, [...path, 'args'], object['args'], kind)),
    ...given('peer', peerAt(problems, [...path, 'peer'], object['peer'])),
    ...given('mac', macAt(problems, [...path, 'mac'], object['mac'])),
    ...given('mtu', integerAt(problems, [...path, 'mtu'], object['mtu'], MTU_MIN, MTU_MAX)),
    ...given('master', stringAt(problems, [...path, 'master'], object['master'])),
    ...given('slave', slaveAt(problems, path, object)),
    ...given('addr', object['addr'] === undefined ? undefined : addressesAt(problems, [...path, 'addr'], object['addr'])),
    ...given('up', booleanAt(problems, [...path, 'up'], object['up'])),
  };
  return name === undefined ? undefined : link;
}

/** Leaves out what is absent, as exactOptionalPropertyTypes and a clean JSON both want. */
function given<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

export function deviceAt(problems: Problems, path: Path, value: unknown): string | undefined {
  const name = requiredString(problems, path, value);
  if (name === undefined || isDeviceName(name)) return name;
  return note(problems, path, 'bad-device', `must be a device name of 1 to 15 characters without \`/\`, but is \`${name}\``);
}

function kindAt(problems: Problems, path: Path, value: unknown): string | undefined {
  const kind = requiredString(problems, path, value);
  if (kind === undefined || LINK_KINDS.includes(kind)) return kind;
  const near = nearest(kind, LINK_KINDS);
  return note(problems, path, 'unknown-link-kind', `there is no link kind \`${kind}\``, near === undefined ? `kinds are ${LINK_KINDS.join(', ')}` : `did you mean ${near}?`);
}

function argsAt(problems: Problems, path: Path, value: unknown, kind: string | undefined): string | undefined {
  const args = stringAt(problems, path, value);
  if (kind === 'vxlan') parseAt(problems, path, (origin) => parseVxlanArgs(args ?? '', origin));
  else if (args === undefined) return undefined;
  else if (kind === 'bridge') parseAt(problems, path, (origin) => parseBridgeArgs(args, origin));
  else if ((kind === 'veth' || kind === 'dummy') && args.trim() !== '') note(problems, path, 'link-args', `a ${kind} takes no arguments here`, kind === 'veth' ? 'its other end stands in `peer`' : undefined);
  return args;
}

function peerAt(problems: Problems, path: Path, value: unknown): LinkPlan['peer'] {
  if (value === undefined) return undefined;
  const object = objectAt(problems, path, value, PEER_FIELDS);
  if (object === undefined) return undefined;
  const netns = requiredString(problems, [...path, 'netns'], object['netns']);
  const name = deviceAt(problems, [...path, 'name'], object['name']);
  const mac = macAt(problems, [...path, 'mac'], object['mac']);
  return netns === undefined || name === undefined ? undefined : { netns, name, ...given('mac', mac) };
}

function macAt(problems: Problems, path: Path, value: unknown): string | undefined {
  const text = stringAt(problems, path, value);
  if (text === undefined || parseMac(text) !== undefined) return text;
  return note(problems, path, 'bad-mac', `must be a MAC address such as 0a:58:0a:f4:01:02, but is \`${text}\``);
}

function slaveAt(problems: Problems, path: Path, object: JsonObject): string | undefined {
  const spot = [...path, 'slave'];
  const slave = stringAt(problems, spot, object['slave']);
  if (slave === undefined) return undefined;
  if (object['master'] === undefined) note(problems, spot, 'slave-without-master', 'only a port of a bridge has `slave` options', 'add `master`');
  parseAt(problems, spot, (origin) => parseBridgePort(slave, origin));
  return slave;
}

function addressesAt(problems: Problems, path: Path, value: unknown): readonly string[] {
  const seen = new Set<string>();
  const texts: string[] = [];
  for (const [i, each] of arrayAt(problems, path, value).entries()) {
    const text = requiredString(problems, [...path, i], each);
    if (text === undefined) continue;
    texts.push(text);
    const address = parseAt(problems, [...path, i], (origin) => parseAddr(text, origin));
    if (address === undefined) continue;
    const key = `${address.ip}/${address.length}`;
    if (seen.has(key)) note(problems, [...path, i], 'address-twice', `the device has the address \`${text.split(' ')[0]}\` already`, 'remove one of the two');
    seen.add(key);
  }
  return texts;
}
