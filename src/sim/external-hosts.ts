/** The hosts outside of a cluster: those of its file, those that a sentence adds, and whoever is called by an address. Each answers on the ports it was asked for. */
import { inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type { ClusterSpec } from '../api/cluster.js';
import { addressesOfHost } from '../fabric/fabric-spec.js';
import type { ExternalHost } from './cluster-plan.js';
import type { Destination } from './resolve.js';

/** Those of one moment. */
export interface ExternalsThen {
  readonly revision: number;
  readonly hosts: readonly ExternalHost[];
}

export class ExternalHosts {
  list: ExternalHost[];
  /** Never the same for two that differ. */
  revision = 0;
  #revisions = 0;

  constructor(cluster: ClusterSpec) {
    this.list = cluster.externals.map((external) => ({ ...external, ports: new Set<string>() }));
  }

  get now(): ExternalsThen {
    return { revision: this.revision, hosts: [...this.list] };
  }

  /** As they were then: whom sentences called since, and the ports that they opened, are forgotten. */
  restore({ revision, hosts }: ExternalsThen): void {
    if (revision === this.revision) return;
    this.list = [...hosts];
    this.revision = revision;
  }

  /** One of that name must not be there yet. */
  add(name: string, addresses: readonly [string, ...string[]]): void {
    const wrong = addresses.find((address) => parseIp(address) === undefined);
    if (wrong !== undefined)
      throw inputError('bad-address', `"${wrong}" is not an IP address`, { fix: 'write an address such as 203.0.113.9' });
    if (this.list.some((external) => external.name === name))
      throw inputError('duplicate-client', `there is an external client "${name}" already`);
    this.list.push({ name, address: addresses[0], addresses, ports: new Set() });
    this.revision = ++this.#revisions;
  }

  find(nameOrIp: string): ExternalHost {
    const found = this.list.find((external) => external.name === nameOrIp || addressesOfHost(external).includes(nameOrIp));
    if (found !== undefined) return found;
    if (parseIp(nameOrIp) === undefined) {
      throw inputError('unknown-client', `there is no external client "${nameOrIp}"`, {
        fix: `list it under externals in the cluster file, or use external/IP`,
      });
    }
    this.add(nameOrIp, [nameOrIp]);
    return this.find(nameOrIp);
  }

  openPort({ ip, port, proto }: Destination): void {
    if (port === undefined) return;
    const i = this.list.findIndex((external) => addressesOfHost(external).some((address) => parseIp(address) === ip));
    const [host, text] = [this.list[i], `${proto}:${port}`];
    if (host === undefined || host.ports.has(text)) return;
    // Plans hold the host as it was.
    this.list[i] = { ...host, ports: new Set([...host.ports, text]) };
    this.revision = ++this.#revisions;
  }
}
