/**
 * ICMP in tcpdump's words (print-icmp.c). Left out: time stamps, router discovery; of ICMPv6 all
 * but echo, errors and neighbour discovery; the hexadecimal bytes of what tcpdump itself does not know.
 */
import { formatIp } from '../base/ip.js';
import type { IcmpMessage } from './icmp.js';
import { type IpPacket, PROTO } from './ip-packet.js';
import { icmpBytes } from './packet-bytes.js';

/** `ICMP echo request, id 19, seq 0, length 64` */
export function formatIcmp(packet: IpPacket, icmp: IcmpMessage): string {
  const length = icmpBytes(icmp);
  if (packet.proto === PROTO.icmpv6) return `ICMP6, ${echoOf(icmp, 128, 129) ?? icmpv6Text(icmp)}, length ${length}`;
  const text =
    echoOf(icmp, 8, 0) ??
    (icmp.type === 3 ? unreachable(icmp) : icmp.type === 5 ? redirect(icmp) : icmp.type === 11 ? timeExceeded(icmp) : `type-#${icmp.type}`);
  return `ICMP ${text}, length ${length}`;
}

function echoOf(icmp: IcmpMessage, request: number, reply: number): string | undefined {
  if (icmp.type !== request && icmp.type !== reply) return undefined;
  return `echo ${icmp.type === request ? 'request' : 'reply'}, id ${icmp.id}, seq ${icmp.seq}`;
}

/** print-icmp6.c, with its blank too many. */
function icmpv6Text({ type, code, about, mtu, target }: IcmpMessage): string {
  const of = target === undefined ? '?' : formatIp(target);
  switch (type) {
    case 1:
      return `destination unreachable, ${unreachable6(code, about)}`;
    case 2:
      return `packet too big, mtu ${mtu ?? 0}`;
    case 3:
      return code === 0 ? `time exceeded in-transit for ${dstOf(about)}` : 'ip6 reassembly time exceeded';
    case 4:
      return code === 1 ? 'parameter problem, next header - octet 6' : `parameter problem, code-#${code}`;
    case 135:
      return `neighbor solicitation, who has ${of}`;
    case 136:
      return `neighbor advertisement, tgt is ${of}`;
    case 137:
      return `redirect, ${dstOf(about)} to ${of}`;
    default:
      return `unknown icmp6 type (${type})`;
  }
}

function unreachable6(code: number, about: IpPacket | undefined): string {
  switch (code) {
    case 0:
      return `unreachable route ${dstOf(about)}`;
    case 1:
      return ` unreachable prohibited ${dstOf(about)}`;
    case 2:
      return `beyond scope ${dstOf(about)}, source address ${about === undefined ? '?' : formatIp(about.src)}`;
    case 3:
      return `unreachable address ${dstOf(about)}`;
    case 4:
      return `unreachable port, ${dstOf(about)} ${portOf(about)}`;
    default:
      return `unknown unreach code (${code})`;
  }
}

function dstOf(about: IpPacket | undefined): string {
  return about === undefined ? '?' : formatIp(about.dst);
}

function unreachable(icmp: IcmpMessage): string {
  const address = icmp.about === undefined ? '?' : formatIp(icmp.about.dst);
  switch (icmp.code) {
    case 0:
      return `net ${address} unreachable`;
    case 1:
      return `host ${address} unreachable`;
    case 2:
      return `${address} protocol ${icmp.about?.proto ?? 0} unreachable`;
    case 3:
      return `${address} ${portOf(icmp.about)} unreachable`;
    case 4:
      return `${address} unreachable - need to frag (mtu ${icmp.mtu ?? 0})`;
    case 9:
      return `net ${address} unreachable - admin prohibited`;
    case 10:
      return `host ${address} unreachable - admin prohibited`;
    case 13:
      return `host ${address} unreachable - admin prohibited filter`;
    default:
      return `${address} unreachable - #${icmp.code}`;
  }
}

/** Of a host, which is all that Linux tells. */
function redirect({ about, gateway }: IcmpMessage): string {
  return `redirect ${about === undefined ? '?' : formatIp(about.dst)} to host ${gateway === undefined ? '?' : formatIp(gateway)}`;
}

function portOf(about: IpPacket | undefined): string {
  if (about === undefined) return 'port 0';
  const { l4 } = about;
  if (l4.kind === 'icmp') return `protocol ${about.proto} port 0`;
  // tcpdump takes the third and fourth byte for a port: in IPIP the inner length, in GRE the number of IPv4.
  if (l4.kind === 'tunnel') return `protocol ${about.proto} port ${about.proto === PROTO.ipip ? l4.length : 0x800}`;
  return `${l4.kind} port ${l4.dport}`;
}

function timeExceeded(icmp: IcmpMessage): string {
  return icmp.code === 1 ? 'ip reassembly time exceeded' : 'time exceeded in-transit';
}
