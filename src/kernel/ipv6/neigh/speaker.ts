/**
 * A program that answers neighbour solicitations for addresses which its host does not hold, as MetalLB's speaker does (v0.16 internal/layer2/ndp.go): it listens to their groups by
 * a raw socket, behind INPUT, and answers from the device's link-local address by a packet as any other: past OUTPUT, and after its own host has asked where the asker is. It
 * overrides nothing that the asker knows, and does not hear a question to the address alone.
 */
import type { Ipv6 } from '../../../base/ip.js';
import { isMulticast6 } from '../address.js';
import type { Device } from '../../namespace.js';
import { newPassage } from '../../path/passage.js';
import type { Runtime } from '../../runtime.js';
import { leave } from '../path/output.js';
import { routeOutput6 } from '../route/output.js';
import { advertisement, discoveryLeg } from './solicitation.js';

const ROOT = 0;

/** `asked`: whom the solicitation was sent to. */
export function speak(rt: Runtime, device: Device, target: Ipv6, { asker, asked }: { readonly asker: Ipv6; readonly asked: Ipv6 }): void {
  const { ns } = device;
  const src = rt.ipv6(ns).devices.get(device)?.linkLocal;
  if (src === undefined || !isMulticast6(asked) || device.spoken?.has(target) !== true) return;
  const decision = routeOutput6(rt, ns, { dst: asker, src, mark: 0, oif: device });
  if (decision.route === undefined || decision.error !== undefined) return;
  const { leg, frame } = rt;
  rt.leg = discoveryLeg(leg);
  rt.frame = undefined;
  const passage = newPassage(advertisement(device, { target, src, override: false }, asker), 0);
  passage.uid = ROOT;
  leave(rt, ns, passage, decision);
  rt.leg = leg;
  rt.frame = frame;
}
