/** The entry of IPVS' table that a packet was sent by, in the words that put it there: `ipvsadm -a -t 10.96.0.1:80 -r 10.244.1.2:80 -m`. */
import { formatIp, formatSocket } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { IpvsService } from '../../plan/ipvs/ipvs-service.js';
import { formatServiceKey } from '../../plan/ipvs/service-key.js';
import type { RuleHit } from '../../trace/event.js';

const METHODS = { masq: '-m', gateway: '-g', tunnel: '-i' } as const;

/** `sent` is the packet as it leaves for the server. Undefined where no server of the service has its address. */
export function serverHit(service: IpvsService, { dst, l4 }: IpPacket): RuleHit | undefined {
  const port = 'dport' in l4 ? l4.dport : 0;
  const index = service.servers.findIndex((server) => server.ip === dst && (server.port === port || server.port === 0));
  const server = service.servers[index];
  if (server === undefined) return undefined;
  const address = server.port === 0 ? formatIp(server.ip) : formatSocket(server.ip, server.port);
  return {
    table: 'ipvs',
    chain: formatServiceKey(service.key),
    index: index + 1,
    text: `-r ${address} ${METHODS[server.method]} -w ${server.weight}`,
  };
}
