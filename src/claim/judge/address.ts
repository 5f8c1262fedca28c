/** Addresses in claims: what a place stands for, whether an observed `ip:port` is one of it, and how to name it to people. */
import { formatIp, parseIp } from '../../base/ip.js';
import { parseSocket } from '../parse/place.js';
import type { PlacePhrase } from '../traffic-claim.js';
import type { ClaimWorld } from '../world.js';

/** The address of `ip:port` text, without the port. */
export function addressOf(socket: string): string {
  return parseSocket(socket)?.ip ?? socket;
}

export function sameAddress(a: string, b: string): boolean {
  return normal(addressOf(a)) === normal(addressOf(b));
}

/** Whether an observed `ip:port` is at this place; a port counts only where one is written. */
export function isAtPlace(observed: string, place: PlacePhrase, world: ClaimWorld): boolean {
  if (place.kind !== 'socket') return world.addresses(place).some((address) => sameAddress(address, observed));
  if (place.port !== undefined && parseSocket(observed)?.port !== place.port) return false;
  return sameAddress(place.ip, observed);
}

/** `node2 (192.168.1.20, 10.244.2.0)`, `192.168.1.20 (node2)`, `10.244.2.3:8080`. */
export function placeText(place: PlacePhrase, sentence: string, world: ClaimWorld): string {
  if (place.kind === 'socket') return withOwner(place.port === undefined ? place.ip : `${place.ip}:${place.port}`, world);
  const words = placeWords(place, sentence);
  const addresses = world.addresses(place);
  const shown = addresses.slice(0, 4).join(', ');
  return addresses.length === 0 ? words : `${words} (${shown}${addresses.length > 4 ? ', …' : ''})`;
}

/** An observed address, with whose it is. */
export function withOwner(socket: string, world: ClaimWorld): string {
  const owner = world.owner(addressOf(socket));
  if (owner === undefined) return socket;
  const current = world.namespace ?? 'default';
  const short = owner
    .replace(/ \((.*)\)$/, ', $1')
    .replace(/^(pod|Service) (.*)$/, (_, kind: string, name: string) => `${kind} ${shortName(name, current)}`);
  return `${socket} (${short})`;
}

function shortName(name: string, current: string): string {
  return name.startsWith(`${current}/`) ? name.slice(current.length + 1) : name;
}

function placeWords(place: Exclude<PlacePhrase, { kind: 'socket' }>, sentence: string): string {
  if (place.kind === 'pod-of') return `a pod of ${place.owner.kind} ${place.owner.name.name}`;
  if (place.kind !== 'pod' && place.kind !== 'service') return sentence.slice(place.span.start, place.span.end);
  const { span } = place.name;
  return `${place.kind === 'pod' ? 'pod' : 'Service'} ${sentence.slice(span.start, span.end)}`;
}

function normal(address: string): string {
  const ip = parseIp(address);
  return ip === undefined ? address : formatIp(ip);
}
