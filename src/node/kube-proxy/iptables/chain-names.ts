/**
 * The names of kube-proxy's chains: a prefix and 16 characters of the base32 of SHA-256 of the Service port's name and protocol, for an endpoint also
 * of its address. Source: Kubernetes 1.34 pkg/proxy/iptables/proxier.go (portProtoHash, servicePortEndpointChainName).
 */
import { sha256Base32 } from '../../../base/hash.js';

/** The suffix of a Service port's four chains. `spn` is `namespace/name[:port]`, `protocol` in lower case. */
export function servicePortHash(spn: string, protocol: string): string {
  return sha256Base32(spn + protocol, 16);
}

/** `endpoint` is `ip:port`, IPv6 in brackets. */
export function endpointChainName(spn: string, protocol: string, endpoint: string): string {
  return `KUBE-SEP-${sha256Base32(spn + protocol + endpoint, 16)}`;
}
