/**
 * The kernel's modules that a guest machine may load: everything of networking that a plan can ask for, the devices by which it talks to us,
 * and whatever these need. Drivers of network cards, and families that no cluster's node speaks, stay out: every byte is unpacked at boot.
 */
import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { ArchiveFile } from './cpio.js';

const WANTED = [
  /^kernel\/net\/(?:netfilter|ipv4|ipv6|bridge|8021q|802|llc|sched|sctp|xfrm|core|packet|unix|netlink|key)\//,
  /^kernel\/drivers\/net\/(?:[^/]+|(?:ipvlan|vxlan|wireguard|bonding|macsec)\/[^/]+)$/,
  /^kernel\/drivers\/virtio\//,
  /^kernel\/drivers\/char\/(?:virtio_console|hw_random\/virtio-rng)\.ko/,
];
/** Drivers and schedulers of machines and uses that are none of ours. */
const UNWANTED =
  /\/(?:xen-netfront|vmxnet3|virtio_(?:mem|balloon|input|dma_buf|vdpa|pmem)|sch_(?!ingress|fq|htb|noqueue|netem)[^/]*|act_[^/]*|em_[^/]*)\.ko/;

/** `folder` is `…/lib/modules/VERSION`, with the lists that depmod makes. */
export function guestModules(folder: string, version: string): readonly ArchiveFile[] {
  const needs = readDependencies(readFileSync(join(folder, 'modules.dep'), 'utf8'));
  const wanted = [...needs.keys()].filter((path) => WANTED.some((pattern) => pattern.test(path)) && !UNWANTED.test(path));
  const chosen = [...new Set(wanted.flatMap((path) => [path, ...(needs.get(path) ?? [])]))].sort();
  const names = new Set(chosen.map(moduleName));
  const aliases = linesOf(folder, 'modules.alias').filter((line) => names.has(line.split(' ')[2] ?? ''));
  const dependencies = chosen.map((path) => `${path}: ${(needs.get(path) ?? []).join(' ')}`);
  const at = `lib/modules/${version}`;
  const list = (name: string, lines: readonly string[]): ArchiveFile => {
    return {
      path: `${at}/${name}`,
      bytes: new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')),
      mode: 0o100644,
      modified: 0,
    };
  };
  return [
    ...chosen.map((path) => ({
      path: `${at}/${path}`,
      bytes: readFileSync(join(folder, path)),
      mode: 0o100644,
      modified: modifiedAt(folder, path),
    })),
    list('modules.dep', dependencies),
    list('modules.alias', aliases),
    list('modules.builtin', linesOf(folder, 'modules.builtin')),
    list('modules.symbols', []),
  ];
}

/** Whatever each needs, directly or not, in the order of `modules.dep`. */
function readDependencies(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split('\n').filter((line) => line.includes(':'));
  return new Map(
    lines.map((line) => {
      const [path = '', rest = ''] = line.split(':');
      return [path, rest.split(' ').filter(Boolean)];
    }),
  );
}

/** As modprobe calls it. */
function moduleName(path: string): string {
  return basename(path)
    .replace(/\.ko.*$/, '')
    .replaceAll('-', '_');
}

function linesOf(folder: string, name: string): readonly string[] {
  return readFileSync(join(folder, name), 'utf8').split('\n').filter(Boolean);
}

function modifiedAt(folder: string, path: string): number {
  return Math.floor(statSync(join(folder, path)).mtimeMs / 1000);
}
