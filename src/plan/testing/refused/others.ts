/** Sets, sysctls, sockets and names that cannot be. */
import { ipset, listener, probe, sysctl, type Row } from './build.js';

export const IPSET: readonly Row[] = [
  ['an ipset twice', ipset('create s hash:ip', 'create s hash:ip')],
  ['an ipset of an unknown type', ipset('create s hash:ipp')],
  ['an element of an ipset that is not there', ipset('add s 10.0.0.1')],
  ['an element of an ipset twice', ipset('create s hash:ip', 'add s 10.0.0.1', 'add s 10.0.0.1')],
  ['an element of an ipset of another family', ipset('create s hash:ip', 'add s fd00::1')],
  ['a full ipset', ipset('create s hash:ip maxelem 1', 'add s 10.0.0.1', 'add s 10.0.0.2')],
  ['an ipset in itself', ipset('create l list:set', 'add l l')],
  ['an ipset name of 32 characters', ipset(`create ${'s'.repeat(32)} hash:ip`)],
  ['an ipset element with a timeout where there is none', ipset('create s hash:ip', 'add s 10.0.0.1 timeout 5')],
  ['an ipset with an unknown option', ipset('create s hash:ip maxelm 5')],
  ['an ipset element of too few parts', ipset('create s hash:ip,port', 'add s 10.0.0.1')],
  ['an ipset element of an unknown protocol', ipset('create s hash:ip,port', 'add s 10.0.0.1,tpc:80')],
  ['an ipset prefix of 0', ipset('create s hash:net', 'add s 0.0.0.0/0')],
];

export const SYSCTLS: readonly Row[] = [
  ['a sysctl that nobody knows', sysctl('net.ipv4.ip_forwrd', '1')],
  ['a sysctl of a device that nobody knows', sysctl('net.ipv4.conf.eth0.rp_filtr', '1')],
  ['a sysctl of a device that is not there', sysctl('net.ipv4.conf.eth9.rp_filter', '1')],
  ['a sysctl with slashes', sysctl('net/ipv4/ip_forward', '1')],
  ['a sysctl that is no number', sysctl('net.ipv4.ip_forward', 'yes')],
  ['a sysctl that is empty', sysctl('net.ipv4.ip_forward', '')],
  ['a sysctl of two numbers where one stands', sysctl('net.ipv4.ip_forward', '1 1')],
  ['a TTL of 0', sysctl('net.ipv4.ip_default_ttl', '0')],
  ['a TTL of 256', sysctl('net.ipv4.ip_default_ttl', '256')],
  ['a multipath hash policy of 4', sysctl('net.ipv4.fib_multipath_hash_policy', '4')],
  ['an ICMP rate limit below 0', sysctl('net.ipv4.icmp_ratelimit', '-1')],
  ['a bridge sysctl that nobody knows', sysctl('net.bridge.bridge-nf-call-ip4tables', '1')],
  ['a number too great for a sysctl', sysctl('net.ipv4.ip_forward', '99999999999')],
  ['a true for a sysctl', sysctl('net.ipv4.ip_forward', true)],
  ['a sysctl outside of the network', sysctl('kernel.hostname', 'x')],
  ['a sysctl that goes up', sysctl('net/../kernel/hostname', 'x')],
  ['a range of ports that ends before it begins', sysctl('net.ipv4.ip_local_port_range', '60000 32768')],
];

export const FLOWS: readonly Row[] = [
  ['a listener on an address that is not local', listener({ id: 'l', netns: 'a', ip: '10.0.0.77', port: 80 })],
  ['a listener on an IPv6 address that is not local', listener({ id: 'l', netns: 'a', ip: 'fd00::77', port: 80 })],
  ['two listeners on one socket', listener({ id: 'l', netns: 'a', port: 80 }, { id: 'm', netns: 'a', port: 80 })],
  [
    'two listeners on a port of every address and of one',
    listener({ id: 'l', netns: 'a', port: 80 }, { id: 'm', netns: 'a', ip: '10.0.0.1', port: 80 }),
  ],
  [
    'two listeners on a port of every IPv6 address and of every IPv4 address',
    listener({ id: 'l', netns: 'a', ip: '::', port: 80 }, { id: 'm', netns: 'a', port: 80 }),
  ],
  ['two listeners of one id', listener({ id: 'l', netns: 'a', port: 80 }, { id: 'l', netns: 'a', port: 81 })],
  ['a listener in a namespace that is not there', listener({ id: 'l', netns: 'c', port: 80 })],
  ['a listener of ICMP', listener({ id: 'l', netns: 'a', proto: 'icmp', port: 80 })],
  ['a listener on a multicast address', listener({ id: 'l', netns: 'a', ip: '224.0.0.9', port: 80 })],
  ['two probes of one id', probe({ id: 'p', netns: 'a', dst: '10.0.0.2', dport: 80 }, { id: 'p', netns: 'a', dst: '10.0.0.2', dport: 80 })],
  ['a probe from a namespace that is not there', probe({ id: 'p', netns: 'c', dst: '10.0.0.2', dport: 80 })],
  ['a probe from an address of another family', probe({ id: 'p', netns: 'a', dst: '10.0.0.2', dport: 80, src: 'fd00::1' })],
  ['a probe of an unknown protocol', probe({ id: 'p', netns: 'a', dst: '10.0.0.2', dport: 80, proto: 'tpc' })],
  ['a probe with a mark too great', probe({ id: 'p', netns: 'a', dst: '10.0.0.2', dport: 80, mark: 2 ** 32 })],
];

export const NAMES: readonly Row[] = [
  ['a namespace with a slash in its name', { netns: { 'a/b': {} } }],
  ['a namespace with a blank in its name', { netns: { 'a b': {} } }],
  ['a namespace with a control character in its name', { netns: { 'a\u0007b': {} } }],
  ['a namespace without a name', { netns: { '': {} } }],
  ['a namespace called `..`', { netns: { '..': {} } }],
];
