/**
 * The addresses that a cloud's controller gives: one of each family that the Service has, or none at all, whatever its policy prefers. So does Google's (kubernetes/ingress-gce
 * pkg/loadbalancers l4: NeedsIPv4, NeedsIPv6); Amazon's writes a name into the status, and its classic balancers have no IPv6. `loadBalancerIP` asks for that of its family.
 */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { type AddressPool, freeAddress, poolHas } from './address-pool.js';
import { type Asked, type Assignment, familiesOf, loadBalancerIP } from './assignment.js';

export function cloudAddresses(pool: AddressPool, asked: Asked): Assignment {
  const { service, held } = asked;
  const own = familiesOf(service);
  const found = (['IPv4', 'IPv6'] as const).filter((family) => own.includes(family)).map((family) => addressOf(pool, asked, family));
  const why = found.find((one) => 'why' in one);
  if (why !== undefined) {
    const message = `Error syncing load balancer: failed to ensure load balancer: ${why.why}`;
    return { addresses: [], said: [ensuring(), { type: 'Warning', reason: 'SyncLoadBalancerFailed', message }] };
  }
  const addresses = found.flatMap((one) => ('address' in one ? one.address : []));
  const isNew = addresses.some((address) => !held.includes(address));
  return {
    addresses,
    said: isNew ? [ensuring(), { type: 'Normal', reason: 'EnsuredLoadBalancer', message: 'Ensured load balancer' }] : [],
  };
}

function ensuring(): Assignment['said'][number] {
  return { type: 'Normal', reason: 'EnsuringLoadBalancer', message: 'Ensuring load balancer' };
}

function addressOf(pool: AddressPool, { service, held, owners }: Asked, family: IpFamily): { address: string } | { why: string } {
  const known = held.find((one) => familyOfText(one) === family);
  if (known !== undefined) return { address: known };
  const wanted = loadBalancerIP(service);
  if (wanted === undefined || familyOfText(wanted) !== family) {
    const address = freeAddress(pool, family, new Set(owners.keys()));
    return address === undefined ? { why: `no ${family} address is available` } : { address };
  }
  if (!poolHas(pool, wanted)) return { why: `the address ${wanted} is none of the cloud's` };
  const owner = owners.get(wanted);
  return owner === undefined ? { address: wanted } : { why: `the address ${wanted} is in use by ${owner}` };
}
