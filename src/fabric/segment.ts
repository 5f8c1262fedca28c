/**
 * The network that the nodes stand in: the smallest one of at most /24 that covers every node's first address, and the router's
 * address in it, the first that nobody else has (.1 as a rule). Addresses are IPv4.
 */
import { type Cidr, cidrAddress, cidrContains, cidrSize, networkOf } from '../base/cidr.js';
import { InputError, inputError, type Problem, unsupported } from '../base/errors.js';
import { formatIp, type Ipv4, parseIp } from '../base/ip.js';
import type { FabricSpec } from './fabric-spec.js';

const LENGTH_MAX = 24;
const LENGTH_MIN = 8;

export interface Segment {
  readonly network: Cidr;
  readonly gateway: string;
}

export function segmentOf(spec: FabricSpec): Segment {
  const nodes = spec.nodes.map((node) => readAddress(node.addresses[0], `node ${node.name}`));
  const others = [
    ...spec.nodes.flatMap((node) => node.addresses.slice(1).map((a) => readAddress(a, `node ${node.name}`))),
    ...spec.externals.map((e) => readAddress(e.address, `external ${e.name}`)),
  ];
  refuseDoubles(spec);
  const network = coveringNetwork(nodes, spec.underlay.kind === 'routed');
  return { network, gateway: firstFree(network, new Set([...nodes, ...others])) };
}

function readAddress(text: string | undefined, owner: string): Ipv4 {
  const ip = text === undefined ? undefined : parseIp(text);
  if (ip === undefined) throw inputError('bad-address', `${owner}: ${JSON.stringify(text)} is not an IP address`);
  if (typeof ip !== 'number') throw unsupported('ipv6-underlay', `${owner} has the IPv6 address ${text}: an IPv6 underlay is not modelled`);
  return ip;
}

function refuseDoubles(spec: FabricSpec): void {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  const all = [
    ...spec.nodes.flatMap((node) => node.addresses.map((address) => ({ owner: `node ${node.name}`, address }))),
    ...spec.externals.map((e) => ({ owner: `external ${e.name}`, address: e.address })),
  ];
  for (const { owner, address } of all) {
    const first = owners.get(address);
    if (first === undefined) owners.set(address, owner);
    else
      problems.push({ code: 'address-twice', message: `${address} is the address of ${first} and of ${owner}`, fix: 'give each its own' });
  }
  if (problems.length > 0) throw new InputError(problems);
}

/** On a routed underlay no two nodes share a segment; the network then only gives the router its address. */
function coveringNetwork(addresses: readonly Ipv4[], routed: boolean): Cidr {
  const first = addresses[0] ?? 0;
  let network: Cidr = { ip: networkOf(first, LENGTH_MAX), length: LENGTH_MAX };
  if (routed) return network;
  while (!addresses.every((ip) => cidrContains(network, ip))) {
    const length = network.length - 1;
    if (length < LENGTH_MIN) {
      throw inputError('no-common-segment', "the nodes' addresses have no common network, so they cannot share one segment", {
        fix: 'give them addresses of one network, or underlay: {kind: routed}',
      });
    }
    network = { ip: networkOf(first, length), length };
  }
  return network;
}

function firstFree(network: Cidr, taken: ReadonlySet<Ipv4>): string {
  for (let i = 1; i < cidrSize(network) - 1; i++) {
    const ip = cidrAddress(network, i);
    if (!taken.has(ip as Ipv4)) return formatIp(ip);
  }
  throw inputError('segment-full', "no address of the nodes' network is left for its router");
}
