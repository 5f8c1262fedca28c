/**
 * The addresses that MetalLB's controller gives: of every family that the Service has, all of one pool. With PreferDualStack one address is enough, and the other is
 * tried for again whenever the Service is looked at; with RequireDualStack it is both or none. Source: MetalLB v0.16 controller/service.go (convergeBalancer, allocateIPs,
 * getDesiredLbIPs), internal/allocator. Left out: several pools, addresses that Services share, and that what is in the status must be of the pool.
 */
import { parseIp } from '../../base/ip.js';
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { compareText, objectKey } from '../../api/object/key.js';
import type { Service } from '../../api/types/core.js';
import { type AddressPool, freeAddress, poolHas } from './address-pool.js';
import { type Asked, type Assignment, familiesOf, loadBalancerIP } from './assignment.js';

const WANTED = ['metallb.io/loadBalancerIPs', 'metallb.universe.tf/loadBalancerIPs'] as const;

export function metallbAddresses(pool: AddressPool, asked: Asked): Assignment {
  const { service, held } = asked;
  const wanted = wantedAddresses(service);
  if (typeof wanted === 'string') {
    if (held.length === 0) return failed(service, wanted);
    const message = `invalid requested loadbalancer IPs: ${wanted}`;
    return { addresses: held, said: [{ type: 'Warning', reason: 'LoadBalancerFailed', message }] };
  }
  const kept = fits(held, service) && (wanted.length === 0 || isSame(held, wanted)) ? held : [];
  if (kept.length === 1 && mayBeOne(service)) return withAnother(pool, asked, kept[0] as string);
  if (kept.length > 0) return { addresses: kept, said: [] };
  const given = wanted.length > 0 ? theseOnes(pool, asked, wanted) : anyOnes(pool, asked);
  return typeof given === 'string' ? failed(service, given) : { addresses: given, said: [assigned(given)] };
}

/** What is asked for by name; why it cannot be, as text. */
function wantedAddresses(service: Service): readonly string[] | string {
  const { annotations = {} } = service.metadata;
  const noted = WANTED.flatMap((key) => annotations[key] ?? [])[0] ?? '';
  const field = loadBalancerIP(service);
  if (noted === '') {
    if (field === undefined) return [];
    return parseIp(field) === undefined ? `invalid spec.loadBalancerIP ${JSON.stringify(field)}` : [field];
  }
  if (field !== undefined) return `service can not have both ${WANTED[0]} and svc.Spec.LoadBalancerIP`;
  const addresses = noted.split(',').map((text) => text.trim());
  if (addresses.some((text) => parseIp(text) === undefined)) return `invalid ${WANTED[0]}: ${JSON.stringify(noted)}`;
  const families = new Set(addresses.map(familyOfText));
  if (addresses.length > 2) return `IPFamilyForAddresses: invalid ips length ${addresses.length} ${quoted(addresses)}`;
  if (families.size < addresses.length) return `IPFamilyForAddresses: same address family ${quoted(addresses)}`;
  // It sorts them as text to compare them with what the Service has.
  return addresses.sort(compareText);
}

/** Of the families that the Service has, or of one of the two that it prefers (serviceFamilyChanged). */
function fits(held: readonly string[], service: Service): boolean {
  const families = new Set<IpFamily>(held.map(familyOfText));
  const all = familiesOf(service).every((family) => families.has(family)) && families.size === familiesOf(service).length;
  return all || (held.length === 1 && mayBeOne(service));
}

function mayBeOne(service: Service): boolean {
  return service.spec.ipFamilyPolicy === 'PreferDualStack' && familiesOf(service).length === 2;
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address) => b.includes(address));
}

/** AllocateFromPoolForAdditionalFamily. */
function withAnother(pool: AddressPool, { owners }: Asked, held: string): Assignment {
  const another = freeAddress(pool, familyOfText(held) === 'IPv4' ? 'IPv6' : 'IPv4', new Set(owners.keys()));
  if (another !== undefined)
    return {
      addresses: [held, another],
      said: [{ type: 'Normal', reason: 'IPAllocated', message: `Assigned additional IP ${JSON.stringify(another)}` }],
    };
  const message = `cannot assign additional IP in PreferDualStack: ${quoted([held, '<nil>'])} is not allowed in config`;
  return { addresses: [held], said: [{ type: 'Normal', reason: 'AdditionalAssignFailed', message }] };
}

function theseOnes(pool: AddressPool, { service, owners }: Asked, wanted: readonly string[]): readonly string[] | string {
  const families = new Set(wanted.map(familyOfText));
  const own = familiesOf(service);
  if (families.size !== own.length || !own.every((family) => families.has(family)))
    return `requested loadBalancer IP(s) ${quoted(wanted)} does not match the ipFamily of the service`;
  if (!wanted.every((address) => poolHas(pool, address))) return `${quoted(wanted)} is not allowed in config`;
  const owner = wanted.flatMap((address) => owners.get(address) ?? [])[0];
  return owner === undefined ? wanted : `can't change sharing key for "${objectKey(service)}", address also in use by ${owner}`;
}

function anyOnes(pool: AddressPool, { service, owners }: Asked): readonly string[] | string {
  const taken = new Set(owners.keys());
  const own = familiesOf(service);
  const found = (['IPv4', 'IPv6'] as const)
    .filter((family) => own.includes(family))
    .flatMap((family) => freeAddress(pool, family, taken) ?? []);
  const enough = found.length === own.length || (found.length === 1 && mayBeOne(service));
  return enough ? found : 'no available IPs';
}

function assigned(addresses: readonly string[]): Assignment['said'][number] {
  return { type: 'Normal', reason: 'IPAllocated', message: `Assigned IP ${quoted(addresses)}` };
}

function failed(service: Service, why: string): Assignment {
  const message = `Failed to allocate IP for "${objectKey(service)}": ${why}`;
  return { addresses: [], said: [{ type: 'Warning', reason: 'AllocationFailed', message }] };
}

function quoted(addresses: readonly string[]): string {
  return `[${addresses.map((address) => JSON.stringify(address)).join(' ')}]`;
}
