/**
 * What a device alone, or two of one namespace, cannot be: names and MAC addresses (net/core/dev.c), ports of bridges (net/bridge/br_if.c br_add_if),
 * addresses (net/ipv6/addrconf.c ipv6_add_addr), VXLAN devices that would hear the same packets (drivers/net/vxlan, vxlan_config_validate).
 */
import { InputError, UnsupportedError } from '../../base/errors.js';
import type { Ip } from '../../base/ip.js';
import { formatIp } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import { parseAddr } from '../iproute2/addr.js';
import { parseIpTunnelArgs } from '../iproute2/ip-tunnel.js';
import { parseVxlanArgs, type VxlanArgs } from '../iproute2/vxlan.js';
import type { LinkPlan, NetnsPlan } from '../plan.js';
import { didYouMean, inside, note, type Spot } from './fields.js';

/** IPv6 needs links that carry so much. */
const MTU_MIN_6 = 1280;

/** `spot` is the plan's `links`. */
export function checkDevices(spot: Spot, { links }: NetnsPlan, devices: ReadonlySet<string>): void {
  const tunnels = new Map<string, string>();
  for (const [i, link] of links.entries()) {
    const here = inside(spot, i);
    checkName(inside(here, 'name'), link.name);
    if (link.mac !== undefined) checkMac(inside(here, 'mac'), link.mac);
    if (link.peer !== undefined) {
      checkName(inside(here, 'peer', 'name'), link.peer.name);
      if (link.peer.mac !== undefined) checkMac(inside(here, 'peer', 'mac'), link.peer.mac);
    }
    if (link.master !== undefined) checkPort(inside(here, 'master'), link, links);
    checkAddresses(here, link);
    checkTunnel(inside(here, 'args'), link, devices, tunnels);
  }
}

function checkName(spot: Spot, name: string): void {
  // Sysctls have a folder for each device, beside those two.
  if (name === 'all' || name === 'default') note(spot, 'bad-device', `no device can be called \`${name}\``);
  else if (name.includes('%'))
    note(spot, 'bad-device', 'a `%` in the name of a device stands for a number that Linux chooses', 'leave it out');
}

function checkMac(spot: Spot, text: string): void {
  const mac = parseMac(text);
  if (mac === 0) note(spot, 'bad-mac', 'a device cannot have the MAC address of all zeroes');
  else if (mac !== undefined && Math.floor(mac / 2 ** 40) % 2 === 1)
    note(spot, 'bad-mac', `\`${text}\` is the MAC address of a group, which no device can have`, 'make its first octet even');
}

function checkPort(spot: Spot, { name, kind, master }: LinkPlan, links: readonly LinkPlan[]): void {
  if (links.find((each) => each.name === master)?.kind !== 'bridge') return;
  if (kind === 'bridge' || kind === 'loopback') note(spot, 'port-kind', `a ${kind} cannot be the port of a bridge`);
  const upper = links.find(
    (each) => ['macvlan', 'ipvlan'].includes(each.kind) && each.link?.name === name && each.link.netns === undefined,
  );
  if (upper !== undefined)
    note(spot, 'port-busy', `\`${name}\` cannot be the port of a bridge, as the ${upper.kind} \`${upper.name}\` stands on it`);
}

function checkAddresses(link: Spot, { name, mtu, addr = [] }: LinkPlan): void {
  const seen = new Set<Ip>();
  for (const [i, text] of addr.entries()) {
    const spot = inside(link, 'addr', i);
    const ip = addressIn(text);
    if (typeof ip !== 'bigint') continue;
    if (ip === 0n || ip >> 120n === 0xffn) note(spot, 'bad-address', `${formatIp(ip)} is no address that a device can have`);
    else if (mtu !== undefined && mtu < MTU_MIN_6)
      note(spot, 'mtu-of-ipv6', `IPv6 needs an MTU of ${MTU_MIN_6}, but that of \`${name}\` is ${mtu}`);
    else if (seen.has(ip)) note(spot, 'address-twice', `the device has the address ${formatIp(ip)} already`, 'remove one of the two');
    seen.add(ip);
  }
}

function addressIn(text: string): Ip | undefined {
  return attempt(() => parseAddr(text).ip);
}

/** What cannot be read has been said where it stands. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof InputError || error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

function checkTunnel(spot: Spot, { name, kind, args = '' }: LinkPlan, devices: ReadonlySet<string>, tunnels: Map<string, string>): void {
  const vxlan = kind === 'vxlan' ? attempt(() => parseVxlanArgs(args)) : undefined;
  const ip = kind === 'ipip' || kind === 'gre' ? attempt(() => parseIpTunnelArgs(kind, args)) : undefined;
  const dev = vxlan?.dev ?? ip?.dev;
  if (dev !== undefined && !devices.has(dev))
    note(spot, 'dangling-device', `there is no device \`${dev}\` in this namespace`, didYouMean(dev, devices));
  if (vxlan === undefined) return;
  const { local, remote } = vxlan;
  if (local !== undefined && remote !== undefined && typeof local !== typeof remote)
    note(spot, 'mixed-families', '`local` and `remote` must be addresses of one family');
  const key = heardBy(vxlan);
  const other = tunnels.get(key);
  if (other !== undefined) note(spot, 'vxlan-twice', `\`${other}\` is a VXLAN device of this id and port already`);
  else tunnels.set(key, name);
}

function heardBy({ vni, dstport, local, remote }: VxlanArgs): string {
  return `${vni} ${dstport} ${typeof (remote ?? local ?? 0)}`;
}
