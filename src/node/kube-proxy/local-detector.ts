/**
 * How kube-proxy tells traffic of this node's pods (or of all pods) from other traffic: by source range or by interface. Source:
 * Kubernetes 1.34 pkg/proxy/util/localdetector.go and cmd/kube-proxy/app/server_linux.go (getLocalDetectors).
 */
import { parseCidr, formatCidr } from '../../base/cidr.js';
import { familyOf, familyOfText, type IpFamily } from '../../base/ip-family.js';
import type { Node } from '../../api/types/core.js';
import { podCidrOf } from '../node-address.js';
import type { KubeProxySettings } from './config.js';
import { NFT_PROTOCOL } from './nftables/family-words.js';

/** A match in two parts, because rule texts put addresses before interfaces; each ends with a space or is empty. */
export interface LocalDetector {
  readonly ifLocal: { readonly source: string; readonly device: string };
  readonly ifNotLocal: { readonly source: string; readonly device: string };
  /** The same two in nft's words. */
  readonly nft: { readonly ifLocal: string; readonly ifNotLocal: string };
  /** For a person: which traffic counts as the pods' own. */
  readonly meaning: string;
}

/** Undefined where the mode lacks what it needs: then nothing is treated as local. */
export function localDetector(settings: KubeProxySettings, node: Node, family: IpFamily): LocalDetector | undefined {
  switch (settings.detectLocalMode) {
    case 'ClusterCIDR':
      return bySource(
        settings.clusterCIDRs.find((cidr) => familyOfText(cidr) === family),
        'clusterCIDR',
      );
    case 'NodeCIDR':
      return bySource(podCidrOf(node, family), "the node's podCIDR");
    case 'BridgeInterface':
      return byDevice(settings.bridgeInterface, settings.bridgeInterface);
    case 'InterfaceNamePrefix':
      return byDevice(settings.interfaceNamePrefix, `${settings.interfaceNamePrefix}+`);
  }
}

function bySource(text: string | undefined, label: string): LocalDetector | undefined {
  const cidr = text === undefined ? undefined : parseCidr(text);
  if (cidr === undefined) return undefined;
  const source = formatCidr(cidr);
  const ip = NFT_PROTOCOL[familyOf(cidr.ip)];
  return {
    ifLocal: { source: `-s ${source} `, device: '' },
    ifNotLocal: { source: `! -s ${source} `, device: '' },
    nft: { ifLocal: `${ip} saddr ${source}`, ifNotLocal: `${ip} saddr != ${source}` },
    meaning: `${label} ${source}`,
  };
}

function byDevice(name: string, match: string): LocalDetector | undefined {
  if (name === '') return undefined;
  const nft = `"${match.replace(/\+$/, '*')}"`;
  return {
    ifLocal: { source: '', device: `-i ${match} ` },
    ifNotLocal: { source: '', device: `! -i ${match} ` },
    nft: { ifLocal: `iifname ${nft}`, ifNotLocal: `iifname != ${nft}` },
    meaning: `interface ${match}`,
  };
}
