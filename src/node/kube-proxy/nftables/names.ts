/**
 * The names of kube-proxy's chains and sets in nftables mode: a prefix, eight characters of the base32 of SHA-256 of what is named, and that itself. Source:
 * Kubernetes 1.34 pkg/proxy/nftables/proxier.go (hashAndTruncate, servicePortChainNameBase, servicePortEndpointChainNameBase).
 */
import { sha256Base32 } from '../../../base/hash.js';
import type { ProxyEndpoint } from '../endpoints.js';
import type { ProxyPort } from '../service-port.js';

const HASH_LENGTH = 8;
/** Longer bases are cut. */
const LONGEST = 240;

const bases = new WeakMap<ProxyPort, string>();

/** `ULMVA6XW-ns1/svc1/tcp/p80`: behind `service-`, `local-`, `external-` and `firewall-`. */
export function portBase(port: ProxyPort): string {
  let base = bases.get(port);
  if (base === undefined) {
    base = hashed(plainName(port));
    bases.set(port, base);
  }
  return base;
}

/** `5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80`: behind `endpoint-` and `affinity-`. */
export function endpointBase(port: ProxyPort, endpoint: ProxyEndpoint): string {
  const number = endpoint.text.slice(endpoint.text.lastIndexOf(':') + 1);
  return hashed(`${plainName(port)}__${endpoint.ip.replaceAll(':', '.')}/${number}`);
}

/** The chain that traffic to the clusterIP goes to. */
export function internalChain(port: ProxyPort): string {
  return `${port.internalLocal ? 'local' : 'service'}-${portBase(port)}`;
}

/** `ns1/svc1/tcp/p80` */
export function plainName({ namespace, service, protocol, portName }: ProxyPort): string {
  return `${namespace}/${service}/${protocol}/${portName}`;
}

function hashed(name: string): string {
  const base = `${sha256Base32(name, HASH_LENGTH)}-${name}`;
  return base.length > LONGEST ? `${base.slice(0, LONGEST - 3)}...` : base;
}
