/** A random network in the making: its namespaces with random settings, its hosts, and MAC addresses that are counted. */
import type { Chance } from './chance.js';
import type { NetnsDraft } from './draft.js';
import { randomSysctls } from './sysctls.js';

export interface Host {
  readonly name: string;
  readonly kind: 'node' | 'pod' | 'router' | 'outside';
  readonly addresses: readonly string[];
}

/** What is being built. */
export interface Build {
  readonly chance: Chance;
  readonly netns: Record<string, NetnsDraft>;
  readonly hosts: Host[];
  readonly nodes: number;
  readonly segments: number;
  readonly backend: 'routes' | 'vxlan' | 'vxlan-learning';
  macs: number;
}

export function space(build: Build, name: string, forwards: boolean): NetnsDraft {
  const sysctl = randomSysctls(build.chance, forwards);
  return (build.netns[name] = { sysctl, links: [], routes: [], rules: [], neigh: [], fdb: [] });
}

export function mac(build: Build): string {
  build.macs++;
  return `0a:00:00:00:${hex(build.macs >> 8)}:${hex(build.macs & 0xff)}`;
}

export function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
