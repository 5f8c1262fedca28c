/**
 * Services as `ipvsadm-save -n` prints them (ipvsadm.c print_service_entry with FMT_RULE). They stand in the order in which they came: the
 * real one has them in the order of the kernel's hash.
 */
import { formatIp, formatSocket } from '../../base/ip.js';
import { maskOf } from '../../base/cidr.js';
import type { IpvsService, IpvsServices, RealServer } from './ipvs-service.js';
import { formatServiceKey } from './service-key.js';

const METHOD_OPTIONS = { masq: '-m', gateway: '-g', tunnel: '-i' } as const;

export function writeIpvs(services: IpvsServices): string {
  return [...services]
    .flatMap(([key, service]) => [serviceLine(key, service), ...service.servers.map((server) => serverLine(service, server))])
    .map((line) => `${line}\n`)
    .join('');
}

function serviceLine(key: string, { scheduler, persistent, granularity, flags, onePacket }: IpvsService): string {
  const parts = [`-A ${key} -s ${scheduler}`];
  if (persistent !== undefined) parts.push(`-p ${persistent}`);
  if (granularity < 32) parts.push(`-M ${formatIp(maskOf(granularity))}`);
  else if (granularity > 32 && granularity < 128) parts.push(`-M ${granularity}`);
  if (flags.length > 0) parts.push(`-b ${flags.join(',')}`);
  if (onePacket) parts.push('-o');
  return parts.join(' ');
}

function serverLine({ key }: IpvsService, { ip, port, method, weight, upper, lower }: RealServer): string {
  const parts = [`-a ${formatServiceKey(key)} -r ${formatSocket(ip, port)} ${METHOD_OPTIONS[method]} -w ${weight}`];
  if (upper > 0) parts.push(`-x ${upper}`);
  if (lower > 0) parts.push(`-y ${lower}`);
  return parts.join(' ');
}
