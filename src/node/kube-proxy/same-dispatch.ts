/**
 * Whether rules, sets and maps that dispatch to Services have to be made anew: they name every Service, but say nothing of its endpoints beyond whether there
 * are any. What a node makes of policies and hints is not asked here.
 */
import type { ProxyPort } from './service-port.js';

const FIELDS = [
  'spn',
  'protocol',
  'clusterIP',
  'port',
  'nodePort',
  'healthCheckNodePort',
  'internalLocal',
  'externalLocal',
  'externallyAccessible',
  'perNode',
] as const;
const LISTS = ['externalIPs', 'loadBalancerVIPs', 'sourceRanges'] as const;

export function sameDispatch(before: readonly ProxyPort[], now: readonly ProxyPort[]): boolean {
  return before.length === now.length && before.every((port, i) => isSamePort(port, now[i] as ProxyPort));
}

function isSamePort(before: ProxyPort, now: ProxyPort): boolean {
  if (FIELDS.some((field) => before[field] !== now[field]) || before.scan.usable !== now.scan.usable) return false;
  return LISTS.every((list) => before[list].join() === now[list].join());
}
