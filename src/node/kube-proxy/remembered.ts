/**
 * Dispatching chains name every Service, but say nothing of its endpoints beyond whether there are any. While endpoints come and go they stay the very
 * same objects, which a kernel has compiled already.
 */
import { decidePort } from './port-decision.js';
import type { ProxyNode } from './proxy-node.js';
import type { ProxyPort } from './service-port.js';

/** Nodes that differ in more ways than this are not remembered together. */
const SETTINGS_MAX = 16;

interface Remembered<T> {
  readonly ports: readonly ProxyPort[];
  readonly made: T;
}

/** `settings` tells apart what else `make` reads. Remembered for as long as the first of the ports is known. */
export function rememberedWhile<T>(): (ports: readonly ProxyPort[], settings: string, node: ProxyNode, make: () => T) => T {
  const byFirst = new WeakMap<ProxyPort, Map<string, Remembered<T>>>();
  return (ports, settings, node, make) => {
    const [first] = ports;
    if (first === undefined) return make();
    let bySettings = byFirst.get(first);
    if (bySettings === undefined) byFirst.set(first, (bySettings = new Map()));
    const last = bySettings.get(settings);
    const made = last !== undefined && isSameDispatch(last.ports, ports, node) ? last.made : make();
    if (bySettings.size >= SETTINGS_MAX) bySettings.clear();
    bySettings.set(settings, { ports, made });
    return made;
  };
}

function isSameDispatch(before: readonly ProxyPort[], now: readonly ProxyPort[], node: ProxyNode): boolean {
  if (before === now) return true;
  if (before.length !== now.length) return false;
  for (let i = 0; i < now.length; i++) {
    const [was, is] = [before[i] as ProxyPort, now[i] as ProxyPort];
    if (was !== is && !isSamePort(was, is, node)) return false;
  }
  return true;
}

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

function isSamePort(before: ProxyPort, now: ProxyPort, node: ProxyNode): boolean {
  if (FIELDS.some((field) => before[field] !== now[field])) return false;
  if (LISTS.some((list) => before[list].join() !== now[list].join())) return false;
  const [was, is] = [decidePort(before, node), decidePort(now, node)];
  return was.hasInternal === is.hasInternal && was.hasExternal === is.hasExternal && was.hasEndpoints === is.hasEndpoints;
}
