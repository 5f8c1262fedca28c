/**
 * The same receiver by its address of one family: `over IPv6`, or the family that a sender has who has no other. It is written as an address,
 * which says by itself over what it is called.
 */
import { inputError } from '../../base/errors.js';
import { familyOfText, type IpFamily, socketText } from '../../base/ip-family.js';
import { podIps } from '../../api/object/pod-ips.js';
import type { StoreView } from '../../api/view.js';
import { addressesOfHost } from '../../fabric/fabric-spec.js';
import { type EndpointText, parseEndpoint } from '../endpoint.js';
import { findObject, nodeAddresses } from '../lookup.js';
import type { Receiver, SelectContext, Sender } from './selection.js';
import { findExternal } from './senders.js';

export function inFamily(context: SelectContext, receiver: Receiver, family: IpFamily): Receiver {
  const endpoint = parseEndpoint(receiver.to, context.namespace);
  const all = addressesOf(context, endpoint);
  const address = all.find((one) => familyOfText(one) === family);
  if (address === undefined) {
    throw inputError(
      'no-such-family',
      `${receiver.label} has no ${family} address${all.length === 0 ? '' : `: it has ${all.join(', ')}`}`,
      {
        fix: fixFor(endpoint.kind),
      },
    );
  }
  const host = socketText(address, endpoint.port ?? '').replace(/:$/, '');
  return { ...receiver, to: `ip/${host}`, label: `${receiver.label} over ${family}` };
}

function fixFor(kind: EndpointText['kind']): string {
  if (kind === 'svc') return 'give the Service ipFamilyPolicy RequireDualStack, in a cluster with both families';
  if (kind === 'lb') return 'give the Service ipFamilyPolicy RequireDualStack, and the balancer a pool with a range of each family';
  return 'say the other family';
}

/** The receiver as the sender can call it: by its first address, unless that is of a family in which the sender has none. */
export function asSpoken(context: SelectContext, receiver: Receiver, sender: Sender): Receiver {
  const own = new Set(addressesOf(context, parseEndpoint(sender.from, context.namespace)).map(familyOfText));
  if (own.size !== 1) return receiver;
  const called = addressesOf(context, parseEndpoint(receiver.to, context.namespace));
  const [family] = own;
  const [first] = called;
  if (family === undefined || first === undefined || familyOfText(first) === family) return receiver;
  return called.some((one) => familyOfText(one) === family) ? inFamily(context, receiver, family) : receiver;
}

/** The first is the one that is called where nothing is said. */
function addressesOf(context: SelectContext, endpoint: EndpointText): readonly string[] {
  const { view, namespace } = context;
  switch (endpoint.kind) {
    case 'pod':
      return podIps(findObject(view, 'Pod', endpoint, namespace));
    case 'node':
    case 'nodeport':
      return nodeAddresses(findObject(view, 'Node', { namespace: undefined, name: endpoint.name }, namespace));
    case 'svc':
      return clusterIps(view, endpoint, namespace);
    case 'lb': {
      const { status } = findObject(view, 'Service', endpoint, namespace);
      return status?.loadBalancer?.ingress?.flatMap(({ ip }) => ip ?? []) ?? [];
    }
    case 'external':
      return addressesOfHost(findExternal(context, endpoint.name));
    case 'ip':
      return endpoint.name === LOCALHOST ? [LOCALHOST, '::1'] : [endpoint.name];
    case 'dns':
      return [];
  }
}

const LOCALHOST = '127.0.0.1';

function clusterIps(view: StoreView, endpoint: EndpointText & { readonly kind: 'svc' | 'lb' }, namespace: string): readonly string[] {
  const { spec } = findObject(view, 'Service', endpoint, namespace);
  return (spec.clusterIPs ?? [spec.clusterIP ?? '']).filter((text) => text !== '' && text !== 'None');
}
