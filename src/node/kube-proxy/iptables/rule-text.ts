/**
 * The parts of kube-proxy's rules, spelt and ordered as iptables-save prints them: addresses, interfaces, protocol, then the matches in the order
 * they were given. (The proxy itself writes `-m comment --comment … -m tcp -p tcp -d IP --dport N`, which the kernel gives back in this form.)
 */
import { hostRange, type IpFamily } from '../../../base/ip-family.js';
import type { ProxyPort } from '../service-port.js';

export function comment(text: string): string {
  return `-m comment --comment "${text}"`;
}

/** Packets to `ip` and the Service port; `source` and `device` are further matches that end with a space. */
export function toAddress(
  port: ProxyPort,
  ip: string,
  note: string,
  more: { readonly source: string; readonly device: string } = NO_MATCH,
): string {
  return `${more.source}-d ${hostRange(ip)} ${more.device}-p ${port.protocol} ${comment(note)} -m ${port.protocol} --dport ${port.port}`;
}

const NO_MATCH = { source: '', device: '' };

export const REJECT: Readonly<Record<IpFamily, string>> = {
  IPv4: 'REJECT --reject-with icmp-port-unreachable',
  IPv6: 'REJECT --reject-with icmp6-port-unreachable',
};

/** A mask of all bits of an address. */
export const WHOLE_MASK: Readonly<Record<IpFamily, string>> = {
  IPv4: '255.255.255.255',
  IPv6: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
};

/** The host itself by its loopback. */
export const LOOPBACK: Readonly<Record<IpFamily, string>> = { IPv4: '127.0.0.0/8', IPv6: '::1/128' };

/** 1/n as the proxy writes it (ten decimals) and the kernel keeps it (31 bits), printed with eleven. */
export function probability(n: number): string {
  return (Math.round(Number((1 / n).toFixed(10)) * 0x80000000) / 0x80000000).toFixed(11);
}

export const LOCAL_DESTINATION = '-m addrtype --dst-type LOCAL';
export const LOCAL_SOURCE = '-m addrtype --src-type LOCAL';
