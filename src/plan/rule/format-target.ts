/** `-j TARGET` with its options, as iptables-save 1.8.9 prints it; defaults that it prints are printed. */
import { formatCidr } from '../../base/cidr.js';
import { formatIp } from '../../base/ip.js';
import type { CtZone, NatRange, Target } from './rule.js';
import { formatSetUse } from './target/set.js';
import { formatDscp, formatTos } from './value/dscp.js';
import { formatRange, hex } from './value/number.js';

export function formatTarget(target: Target, six = false): string {
  switch (target.kind) {
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    case 'reject':
      // One that names no answer means a closed port in either family.
      return `-j REJECT --reject-with ${six && target.with === 'icmp-port-unreachable' ? 'icmp6-port-unreachable' : target.with}`;
    case 'mark':
      return `-j MARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`;
    case 'connmark-set':
      return words(`-j CONNMARK --set-xmark ${hex(target.value)}/${hex(target.mask)}`, formatShift(target.shift));
    case 'connmark-save':
      return words(`-j CONNMARK --save-mark --nfmask ${hex(target.nfMask)} --ctmask ${hex(target.ctMask)}`, formatShift(target.shift));
    case 'connmark-restore':
      return words(`-j CONNMARK --restore-mark --nfmask ${hex(target.nfMask)} --ctmask ${hex(target.ctMask)}`, formatShift(target.shift));
    case 'dnat':
      return words('-j DNAT --to-destination', formatPlaces(target.range), formatFlags(target.range));
    case 'snat':
      return words('-j SNAT --to-source', formatPlaces(target.range), formatFlags(target.range));
    case 'masquerade':
    case 'redirect':
      return words(`-j ${target.kind.toUpperCase()}`, formatToPorts(target.range), formatFlags(target.range));
    case 'netmap':
      return `-j NETMAP --to ${formatCidr(target.cidr)}`;
    case 'ct':
      return words('-j CT', target.notrack ? '--notrack' : '', ...target.words, formatZone(target.zone));
    case 'tproxy':
      return `-j TPROXY --on-port ${target.port} --on-ip ${formatIp(target.ip ?? (six ? 0n : 0))} --tproxy-mark ${hex(target.value)}/${hex(target.mask)}`;
    case 'tee':
      return words(`-j TEE --gateway ${formatIp(target.gateway)}`, target.device === undefined ? '' : `--oif ${target.device}`);
    case 'nfqueue':
      return words('-j NFQUEUE', formatQueues(target), target.bypass ? '--queue-bypass' : '', target.fanout ? '--queue-cpu-fanout' : '');
    case 'npt':
      return `-j ${target.side === 'source' ? 'S' : 'D'}NPT --src-pfx ${formatCidr(target.from)} --dst-pfx ${formatCidr(target.to)}`;
    case 'unseen':
      return words(`-j ${target.name}`, ...target.words);
    case 'log':
    case 'nflog':
      return words(`-j ${target.kind.toUpperCase()}`, ...target.options);
    case 'tcpmss':
      return target.mss === undefined ? '-j TCPMSS --clamp-mss-to-pmtu' : `-j TCPMSS --set-mss ${target.mss}`;
    case 'dscp':
      return `-j DSCP --set-dscp ${formatDscp(target.value)}`;
    case 'tos':
      return `-j TOS --set-tos ${formatTos(target)}`;
    case 'set':
      return words('-j SET', ...setOptions(target));
    case 'ttl':
      return `-j TTL --ttl-${target.op} ${target.value}`;
    case 'hop-limit':
      return `-j HL --hl-${target.op} ${target.value}`;
    case 'accept':
    case 'drop':
    case 'return':
    case 'notrack':
    case 'trace':
      return `-j ${target.kind.toUpperCase()}`;
  }
}

function setOptions({ add, del, exist, timeout, map }: Extract<Target, { kind: 'set' }>): readonly string[] {
  return [
    add === undefined ? '' : `--add-set ${formatSetUse(add)}`,
    exist ? '--exist' : '',
    timeout === undefined ? '' : `--timeout ${timeout}`,
    del === undefined ? '' : `--del-set ${formatSetUse(del)}`,
    map === undefined ? '' : [`--map-set ${formatSetUse(map)}`, ...map.what.map((each) => `--map-${each}`)].join(' '),
  ];
}

function words(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

function formatShift(shift = 0): string {
  if (shift === 0) return '';
  return shift > 0 ? `--left-shift-mark ${shift}` : `--right-shift-mark ${-shift}`;
}

function formatZone(zone: CtZone | undefined): string {
  if (zone === undefined) return '';
  return `--zone${{ both: '', original: '-orig', reply: '-reply' }[zone.directions]} ${zone.id}`;
}

function formatQueues({ queues: { from, to } }: Extract<Target, { kind: 'nfqueue' }>): string {
  return from === to ? `--queue-num ${from}` : `--queue-balance ${from}:${to}`;
}

/** `10.0.0.1-10.0.0.9:80-90`; IPv6 addresses stand in brackets before a port. */
function formatPlaces({ fromIp, toIp, ports }: NatRange): string {
  const range = ports === undefined ? '' : `:${formatRange(ports, '-')}`;
  if (fromIp === undefined) return range;
  const addresses = toIp === undefined || toIp === fromIp ? formatIp(fromIp) : `${formatIp(fromIp)}-${formatIp(toIp)}`;
  return typeof fromIp === 'bigint' && range !== '' ? `[${addresses}]${range}` : addresses + range;
}

function formatToPorts({ ports }: NatRange): string {
  return ports === undefined ? '' : `--to-ports ${formatRange(ports, '-')}`;
}

function formatFlags({ random, randomFully, persistent }: NatRange): string {
  return words(random ? '--random' : '', randomFully ? '--random-fully' : '', persistent ? '--persistent' : '');
}
