import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { formatCidr } from '../../base/cidr.js';
import { formatIp, formatSocket } from '../../base/ip.js';
import { parseGeneveArgs } from './geneve.js';
import { parseIpTunnelArgs } from './ip-tunnel.js';
import { parseIpvlanArgs, parseMacvlanArgs, parseVlanArgs } from './stacked.js';
import { parseTunArgs } from './tun.js';

const ipip = (text: string): unknown => parseIpTunnelArgs('ipip', text);
const gre = (text: string): unknown => parseIpTunnelArgs('gre', text);

describe('the arguments of a link', () => {
  it('of IPIP have defaults: any end, the inner TTL, path MTU discovery', () => {
    const { local, remote, dev, ttl, pmtudisc, fwmark } = parseIpTunnelArgs('ipip', '');
    assert.deepEqual([local, remote, dev, ttl, pmtudisc, fwmark], [0, 0, undefined, 0, true, 0]);
  });
  it('of IPIP are read', () => {
    const text = 'mode ipip remote any local 192.168.1.10 dev eth0 ttl 64 nopmtudisc tos 0x0 fwmark 0x7 noencap';
    const { local, remote, dev, ttl, pmtudisc, fwmark } = parseIpTunnelArgs('ipip', text);
    assert.deepEqual([formatIp(local), remote, dev, ttl, pmtudisc, fwmark], ['192.168.1.10', 0, 'eth0', 64, false, 7]);
  });
  it('of GRE have keys, for both ways or one', () => {
    const keys = (text: string): unknown[] => {
      const { ikey, okey, icsum, ocsum } = parseIpTunnelArgs('gre', text);
      return [ikey, okey, icsum, ocsum];
    };
    assert.deepEqual(keys('key 7 csum'), [7, 7, true, true]);
    assert.deepEqual(keys('ikey 0.0.0.9 ocsum'), [9, undefined, false, true]);
  });
  it('of Geneve are read', () => {
    const { vni, remote, dstport, ttl, df } = parseGeneveArgs('id 5 remote 10.0.0.2 dstport 6082 ttl auto df set noudpcsum');
    assert.deepEqual([vni, formatIp(remote), dstport, ttl, df], [5, '10.0.0.2', 6082, 0, true]);
  });
  it('of what stands on another device are read', () => {
    assert.deepEqual(parseVlanArgs('protocol 802.1Q id 5 reorder_hdr on gvrp off'), { id: 5 });
    assert.deepEqual(parseMacvlanArgs('mode bridge bcqueuelen 1000'), { mode: 'bridge' });
    assert.deepEqual([parseIpvlanArgs('mode l2 bridge'), parseIpvlanArgs('')], [{ mode: 'l2' }, { mode: 'l3' }]);
  });
  it('of a tun name the forwarder that reads it, if one does', () => {
    const forwarder = parseTunArgs(
      'mode tun forwarder local 10.0.0.1 port 8285 subnet 10.244.2.0/24 via 10.0.0.2 subnet 10.244.3.0/24 via 10.0.0.3 port 8286',
    );
    assert.equal(forwarder && formatSocket(forwarder.local, forwarder.port), '10.0.0.1:8285');
    const subnets = forwarder?.subnets.map(({ subnet, via, port }) => `${formatCidr(subnet)} ${formatSocket(via, port)}`);
    assert.deepEqual(subnets, ['10.244.2.0/24 10.0.0.2:8285', '10.244.3.0/24 10.0.0.3:8286']);
    assert.equal(parseTunArgs('mode tun'), undefined);
  });

  const refused: readonly [string, () => unknown, typeof InputError | typeof UnsupportedError, RegExp][] = [
    ['a misspelt word', () => ipip('lokal 10.0.0.1'), InputError, /`lokal` cannot stand here[^]*did you mean `local`\?/],
    ['a key of IPIP', () => ipip('key 7'), InputError, /`key` cannot stand here/],
    ['a tunnel over IPv6', () => ipip('remote fd00::1'), UnsupportedError, /a tunnel over IPv6 is not modelled/],
    ['a multicast tunnel', () => gre('remote 224.0.0.1'), UnsupportedError, /a multicast tunnel/],
    ['sequence numbers', () => gre('seq'), UnsupportedError, /`seq` is not modelled/],
    ['FOU', () => ipip('encap fou'), UnsupportedError, /`encap` is not modelled/],
    ['another mode', () => ipip('mode ip6ip'), UnsupportedError, /`mode ip6ip`/],
    ['a type of service', () => gre('tos inherit'), UnsupportedError, /`tos inherit`/],
    ['Geneve without an id', () => parseGeneveArgs('remote 10.0.0.2'), InputError, /the `id` is missing/],
    ['Geneve without a remote', () => parseGeneveArgs('id 5'), InputError, /the `remote` is missing/],
    ['Geneve by collected metadata', () => parseGeneveArgs('external'), UnsupportedError, /`external`/],
    ['a VLAN without an id', () => parseVlanArgs('protocol 802.1Q'), InputError, /the `id` is missing/],
    ['VLAN 4095', () => parseVlanArgs('id 4095'), InputError, /from 0 to 4094/],
    ['802.1ad', () => parseVlanArgs('protocol 802.1ad id 5'), UnsupportedError, /`protocol 802\.1ad`/],
    ["macvlan's default mode", () => parseMacvlanArgs(''), UnsupportedError, /macvlan in mode `vepa`[^]*say `mode bridge`/],
    ['a mode that is none', () => parseMacvlanArgs('mode bridg'), InputError, /did you mean `bridge`\?/],
    ['l3s', () => parseIpvlanArgs('mode l3s'), UnsupportedError, /ipvlan in mode `l3s`/],
    ['a tap device', () => parseTunArgs('mode tap'), UnsupportedError, /a tap device/],
    ['a forwarder without a port', () => parseTunArgs('forwarder local 10.0.0.1'), InputError, /`port` is missing/],
    ['a subnet that goes nowhere', () => parseTunArgs('forwarder local 10.0.0.1 port 1 subnet 10.0.0.0/8'), InputError, /`via` is missing/],
  ];
  for (const [name, parse, kind, message] of refused) {
    it(`refuse ${name}`, () => assert.throws(parse, (error) => error instanceof kind && message.test(error.message)));
  }
});
