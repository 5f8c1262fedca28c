/**
 * Which Service port a chain belongs to, by its name. The names of its own chains carry the port's hash; the name of an endpoint's chain leads back to the
 * port only once the rules that lead to it were made, which notes it.
 */
import type { ProxyEndpoint } from '../endpoints.js';
import { portFinder } from '../port-finder.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';

const PORT_CHAIN = /^KUBE-(?:SVC|SVL|EXT|FW)-/;

const portOfHash = portFinder((port) => port.hash);

/** The hash of the port by the name of an endpoint's chain: what SHA-256 does not say. All are forgotten when there are too many. */
const hashes = new Map<string, string>();
const HASHES_MAX = 200_000;

export function noteEndpoints(port: ProxyPort, endpoints: readonly ProxyEndpoint[]): void {
  for (const { chain } of endpoints) {
    if (hashes.size >= HASHES_MAX) hashes.clear();
    hashes.set(chain, port.hash);
  }
}

/** Undefined for a chain of no port, `unknown` for that of an endpoint which was not noted. */
export function chainOwner(model: ServiceModel, name: string): ProxyPort | 'unknown' | undefined {
  const isEndpoint = name.startsWith('KUBE-SEP-');
  if (!isEndpoint && !PORT_CHAIN.test(name)) return undefined;
  const hash = isEndpoint ? hashes.get(name) : name.slice(-16);
  return hash === undefined ? 'unknown' : portOfHash(model, hash);
}
