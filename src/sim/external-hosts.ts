/** The hosts outside of a cluster: those of its file, those that a sentence adds, and whoever is called by an address. Each answers on the ports it was asked for. */
import { inputError } from '../base/errors.js';
import { parseIp } from '../base/ip.js';
import type { ClusterSpec } from '../api/cluster.js';
import { addressesOfHost } from '../fabric/fabric-spec.js';
import type { ExternalHost } from './cluster-plan.js';
import type { Destination } from './resolve.js';

export class ExternalHosts {
  readonly list: ExternalHost[];
  /** Grows with every change. */
  revision = 0;

  constructor(cluster: ClusterSpec) {
    this.list = cluster.externals.map((external) => ({ ...external, ports: new Set<string>() }));
  }

  /** One of that name must not be there yet. */
  add(name: string, addresses: readonly [string, ...string[]]): void {
    const wrong = addresses.find((address) => parseIp(address) === undefined);
    if (wrong !== undefined)
      throw inputError('bad-address', `"${wrong}" is not an IP address`, { fix: 'write an address such as 203.0.113.9' });
    if (this.list.some((external) => external.name === name))
      throw inputError('duplicate-client', `there is an external client "${name}" already`);
    this.list.push({ name, address: addresses[0], addresses, ports: new Set() });
    this.revision++;
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
    const host = this.list.find((external) => addressesOfHost(external).some((address) => parseIp(address) === ip));
    const text = `${proto}:${port}`;
    if (host === undefined || host.ports.has(text)) return;
    (host.ports as Set<string>).add(text);
    this.revision++;
  }
}
