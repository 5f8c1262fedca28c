/**
 * An answered neighbour grows old (net/core/neighbour.c): reachable for base_reachable_time, then stale; a packet that uses a stale one waits for
 * nothing, but after delay_first_probe_time the neighbour is asked at the address that is known (ucast_solicit times, retrans_time apart), and forgotten
 * if it says nothing. The next packet asks everybody. Linux draws the reachable time between half and one and a half of what it is told; here it is
 * exact. Left out: gc_stale_time, which forgets what nobody uses; mcast_resolicit; confirmation by TCP, which spares a question.
 */
import type { Runtime } from '../runtime.js';
import type { Device } from '../namespace.js';
import { sysctlValue } from '../sysctl.js';
import { type Neighbour, PROBE_INTERVAL_US } from './neighbour.js';

/** Of a device; what it is not told it has from the namespace's default. */
const DEFAULTS = {
  delay_first_probe_time: 5,
  retrans_time_ms: 1000,
  ucast_solicit: 3,
  mcast_solicit: 3,
  base_reachable_time_ms: 30_000,
} as const;

function setting({ ns, name }: Device, ip: Neighbour['ip'], key: keyof typeof DEFAULTS): number {
  const family = typeof ip === 'number' ? 'net.ipv4.neigh' : 'net.ipv6.neigh';
  for (const device of [name.replaceAll('.', '/'), name, 'default']) {
    const full = `${family}.${device}.${key}`;
    if (ns.sysctls.values[full] !== undefined) return sysctlValue(ns.sysctls, full);
  }
  return DEFAULTS[key];
}

/** How long an entry of the plan that it calls reachable is so. */
export function reachableUs(device: Device, ip: Neighbour['ip']): number {
  return setting(device, ip, 'base_reachable_time_ms') * 1000;
}

/** How long everybody is given to answer: a little less than Linux's usual second; see neighbour.ts. */
export function probeIntervalUs(device: Device, ip: Neighbour['ip']): number {
  const ms = setting(device, ip, 'retrans_time_ms');
  return ms === DEFAULTS.retrans_time_ms ? PROBE_INTERVAL_US : ms * 1000;
}

export function probesMax(device: Device, ip: Neighbour['ip']): number {
  return setting(device, ip, 'mcast_solicit');
}

/** When an entry that was confirmed now becomes stale. */
export function staleAfter(rt: Runtime, device: Device, ip: Neighbour['ip']): number {
  return rt.nowUs + reachableUs(device, ip);
}

/** A packet goes to a neighbour that is stale. */
export function doubt(rt: Runtime, neighbour: Neighbour): void {
  rt.watch.noteRare();
  neighbour.staleUs = Number.POSITIVE_INFINITY;
  neighbour.probes = 0;
  neighbour.dueUs = rt.nowUs + setting(neighbour.device, neighbour.ip, 'delay_first_probe_time') * 1_000_000;
  rt.doubted.push(neighbour);
}

/** The one that must be asked, or given up, next. */
export function nextDoubted(rt: Runtime): Neighbour | undefined {
  let next: Neighbour | undefined;
  for (const each of rt.doubted) if (each.dueUs < (next?.dueUs ?? Number.POSITIVE_INFINITY)) next = each;
  return next;
}

/** True when it must be asked once more; false when it is given up. */
export function isAskedAgain(rt: Runtime, neighbour: Neighbour): boolean {
  const { ip, device } = neighbour;
  if (neighbour.probes < setting(device, ip, 'ucast_solicit')) {
    neighbour.probes++;
    neighbour.dueUs = rt.nowUs + setting(device, ip, 'retrans_time_ms') * 1000;
    return true;
  }
  endDoubt(rt, neighbour);
  rt.watch.lasting++;
  if (device.neighbours.get(ip) === neighbour) device.neighbours.delete(ip);
  if (neighbour.given) rt.forgotten.push(neighbour);
  return false;
}

/** It has spoken, or nothing more is expected of it. */
export function endDoubt(rt: Runtime, neighbour: Neighbour): void {
  const at = rt.doubted.indexOf(neighbour);
  if (at >= 0) rt.doubted.splice(at, 1);
  neighbour.dueUs = 0;
}

/** As the plan has it again. */
export function forgetDoubts(rt: Runtime): void {
  for (const neighbour of rt.doubted) neighbour.staleUs = neighbour.given ? 0 : Number.POSITIVE_INFINITY;
  for (const neighbour of rt.forgotten) {
    neighbour.staleUs = 0;
    neighbour.device.neighbours.set(neighbour.ip, neighbour);
  }
  rt.doubted.length = 0;
  rt.forgotten.length = 0;
}
