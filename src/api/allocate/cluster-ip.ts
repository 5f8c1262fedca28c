/**
 * Cluster addresses of Services from the service CIDRs (Kubernetes v1.34 `pkg/registry/core/service/ipallocator`): the network address
 * and, in IPv4, the broadcast address are never given; the lowest min(max(16, size/16), 256) addresses are the band for addresses that
 * users ask for. Which free address of the band is chosen is random in a real cluster and the lowest one here.
 */
import { cidrAddress, type Cidr, cidrContains, cidrSize, parseCidr } from '../../base/cidr.js';
import { inputError } from '../../base/errors.js';
import { formatIp, type Ip, parseIp } from '../../base/ip.js';
import { familyOf, type IpFamily } from '../../base/ip-family.js';
import { Band } from './band.js';

/** Beyond this many addresses a range is as good as endless. */
const SIZE_MAX = 2 ** 48;

export class ClusterIps {
  readonly family: IpFamily;
  readonly cidr: Cidr;
  private readonly band: Band;

  constructor(cidrText: string) {
    const cidr = parseCidr(cidrText);
    if (cidr === undefined) throw inputError('bad-service-cidr', `"${cidrText}" is not a CIDR`, { fix: 'write it like 10.96.0.0/12' });
    this.cidr = cidr;
    this.family = familyOf(cidr.ip);
    const size = Math.min(cidrSize(cidr), SIZE_MAX);
    this.band = new Band(this.family === 'IPv4' ? size - 2 : size - 1, bandSize(size));
  }

  /** The first address, which the `kubernetes` Service takes. */
  get first(): string {
    return formatIp(cidrAddress(this.cidr, 1));
  }

  /** Takes an address asked for; the server's words when it cannot be had. */
  take(text: string): string | undefined {
    const ip = parseIp(text);
    if (ip === undefined || !cidrContains(this.cidr, ip)) return 'the provided network does not match the current range';
    const n = this.indexOf(ip);
    if (!this.band.contains(n)) return `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${this.text}`;
    if (this.band.has(n)) return 'provided IP is already allocated';
    this.band.take(n);
    return undefined;
  }

  /** The next free address; undefined when the range is full. */
  next(): string | undefined {
    const n = this.band.next();
    return n === undefined ? undefined : formatIp(cidrAddress(this.cidr, n + 1));
  }

  release(text: string): void {
    const ip = parseIp(text);
    if (ip !== undefined && cidrContains(this.cidr, ip)) this.band.release(this.indexOf(ip));
  }

  get text(): string {
    return `${formatIp(this.cidr.ip)}/${this.cidr.length}`;
  }

  private indexOf(ip: Ip): number {
    const base = this.cidr.ip;
    const offset = typeof ip === 'number' ? (ip - (base as number)) >>> 0 : Number(ip - (base as bigint));
    return offset - 1;
  }
}

function bandSize(size: number): number {
  return size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 16)), 256);
}
