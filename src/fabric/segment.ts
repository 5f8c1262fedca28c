/**
 * The networks that the nodes stand in, one of each family that they have: the smallest one, of at most /24 or /64, that covers every node's first
 * address of that family, and the router's address in it, the first that nobody else has (.1 as a rule).
 */
import { type Cidr, cidrAddress, cidrContains, cidrSize, networkOf } from '../base/cidr.js';
import { InputError, inputError, type Problem } from '../base/errors.js';
import { formatIp, type Ip, parseIp } from '../base/ip.js';
import { familyOf, familyOfText, type IpFamily } from '../base/ip-family.js';
import { addressesOfHost, type FabricSpec } from './fabric-spec.js';

/** Of a prefix, the longest that is tried first and the shortest. */
const LENGTHS = { IPv4: { max: 24, min: 8 }, IPv6: { max: 64, min: 16 } } as const;

export interface Segment {
  readonly network: Cidr;
  readonly gateway: string;
}

/** A family that no node has is not in it, whoever else has it. */
export type Segments = Readonly<Partial<Record<IpFamily, Segment>>>;

export function segmentsOf(spec: FabricSpec): Segments {
  const nodes = spec.nodes.flatMap(({ name, addresses }) => firsts(addresses.map((a) => readAddress(a, `node ${name}`))));
  const others = [
    ...spec.nodes.flatMap(({ name, addresses }) => addresses.map((a) => readAddress(a, `node ${name}`))),
    ...spec.externals.flatMap((host) => addressesOfHost(host).map((a) => readAddress(a, `external ${host.name}`))),
  ];
  refuseDoubles(spec);
  const taken = new Set([...nodes, ...others]);
  const segmentOf = (family: IpFamily): Segments => {
    const own = nodes.filter((ip) => familyOf(ip) === family);
    if (own.length === 0) return {};
    const network = coveringNetwork(own, spec.underlay.kind === 'routed');
    return { [family]: { network, gateway: firstFree(network, taken) } };
  };
  return { ...segmentOf('IPv4'), ...segmentOf('IPv6') };
}

function firsts(addresses: readonly Ip[]): readonly Ip[] {
  return addresses.filter((ip, i) => addresses.findIndex((other) => familyOf(other) === familyOf(ip)) === i);
}

function readAddress(text: string, owner: string): Ip {
  const ip = parseIp(text);
  if (ip === undefined) throw inputError('bad-address', `${owner}: ${JSON.stringify(text)} is not an IP address`);
  return ip;
}

function refuseDoubles(spec: FabricSpec): void {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  const all = [
    ...spec.nodes.flatMap((node) => node.addresses.map((address) => ({ owner: `node ${node.name}`, address }))),
    ...spec.externals.flatMap((host) => addressesOfHost(host).map((address) => ({ owner: `external ${host.name}`, address }))),
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
function coveringNetwork(addresses: readonly Ip[], routed: boolean): Cidr {
  const first = addresses[0] as Ip;
  const { max, min } = LENGTHS[familyOf(first)];
  let network: Cidr = { ip: networkOf(first, max), length: max };
  if (routed) return network;
  while (!addresses.every((ip) => cidrContains(network, ip))) {
    const length = network.length - 1;
    if (length < min) {
      throw inputError('no-common-segment', "the nodes' addresses have no common network, so they cannot share one segment", {
        fix: 'give them addresses of one network, or underlay: {kind: routed}',
      });
    }
    network = { ip: networkOf(first, length), length };
  }
  return network;
}

function firstFree(network: Cidr, taken: ReadonlySet<Ip>): string {
  for (let i = 1; i < cidrSize(network) - 1; i++) {
    const ip = cidrAddress(network, i);
    if (!taken.has(ip)) return formatIp(ip);
  }
  throw inputError('segment-full', "no address of the nodes' network is left for its router");
}

/** The segment that an address would lie in, were it on it. */
export function segmentFor(segments: Segments, address: string): Segment | undefined {
  return segments[familyOfText(address)];
}
