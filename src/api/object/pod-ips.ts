/** A pod's addresses, the first being its podIP; a status that was written by hand may have no more than that one. */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import type { Pod } from '../types/core.js';

export function podIps({ status }: Pick<Pod, 'status'>): readonly string[] {
  return status?.podIPs?.map(({ ip }) => ip) ?? (status?.podIP === undefined ? [] : [status.podIP]);
}

export function podIpOf(pod: Pick<Pod, 'status'>, family: IpFamily): string | undefined {
  return podIps(pod).find((ip) => familyOfText(ip) === family);
}
