/**
 * TEE: a copy of the packet goes to a neighbour, from OUTPUT on and untracked; of what comes in here it has one hop less and DF, and a copy is not copied
 * again (nf_dup_ipv4 of net/ipv4/netfilter/nf_dup_ipv4.c, nf_dup_ipv6 of net/ipv6/netfilter/nf_dup_ipv6.c).
 */
import type { Ip } from '../../base/ip.js';
import { packetLength } from '../link/packet-length.js';
import type { Hook } from '../../trace/event.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import type { Device, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';

export interface Copy {
  readonly hook: Hook;
  readonly gateway: Ip;
  /** --oif. */
  readonly device: string | undefined;
}

export function duplicate(rt: Runtime, ns: Namespace, passage: Passage, { hook, gateway, device }: Copy): void {
  if (passage.copied === true) return;
  const oif = device === undefined ? undefined : ns.deviceByName.get(device);
  if (device !== undefined && oif === undefined) return;
  const decision = wayTo(rt, ns, gateway, oif);
  if (decision.route === undefined || decision.error !== undefined) return;
  const { packet } = passage;
  const comesIn = hook === 'prerouting' || hook === 'input';
  const copy = comesIn ? { ...packet, ttl: packet.ttl - 1, df: true } : packet;
  if (packetLength(copy) > decision.device.mtu) return;
  const leg = rt.nextLeg++;
  // Over this device to the gateway, whatever the packet's own destination.
  const route = { ...decision.route, via: gateway } as NonNullable<OutputDecision<Ip>['route']>;
  rt.outbox.push({
    ns,
    packet: copy,
    leg,
    mark: passage.mark,
    about: undefined,
    fromClient: false,
    decision: { ...decision, route },
    copied: true,
  });
}

function wayTo(rt: Runtime, ns: Namespace, gateway: Ip, oif: Device | undefined): OutputDecision<Ip> {
  if (typeof gateway === 'number') return routeOutput(rt, ns, { dst: gateway, src: 0, mark: 0, oif });
  return routeOutput6(rt, ns, { dst: gateway, src: 0n, mark: 0, oif });
}
