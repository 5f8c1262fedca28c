/**
 * Hands out cluster addresses, node ports and health check ports when a Service is created or updated, and takes them back when it is
 * deleted or changes its type (Kubernetes v1.34 `pkg/registry/core/service/storage/alloc.go`). Either everything asked for is had or
 * nothing is taken.
 */
import { inputError } from '../../base/errors.js';
import type { IpFamily } from '../../base/ip-family.js';
import { invalidValue } from '../field-error.js';
import { type Cause, invalid, Refusal } from '../refusal.js';
import type { Service, ServicePort, ServiceSpec } from '../types/core.js';
import { carryOver } from './carry-over.js';
import { ClusterIps } from './cluster-ip.js';
import { chooseFamilies } from './ip-families.js';
import { NodePorts } from './node-port.js';
import { allocatesNodePorts, heldClusterIps, heldNodePorts, isHeadless, needsHealthCheckPort, takesNodePorts } from './service-needs.js';

export interface ServiceRanges {
  /** One or two CIDRs; the first is the default family. */
  readonly serviceCIDRs?: readonly string[] | undefined;
  /** As in --service-node-port-range. */
  readonly nodePortRange?: string | undefined;
}

/** kubeadm's. */
const SERVICE_CIDR = '10.96.0.0/12';

export class ServiceAllocator {
  private readonly ranges: readonly ClusterIps[];
  private readonly nodePorts: NodePorts;

  constructor({ serviceCIDRs = [SERVICE_CIDR], nodePortRange }: ServiceRanges = {}) {
    this.ranges = serviceCIDRs.map((cidr) => new ClusterIps(cidr));
    if (this.ranges.length === 0) throw inputError('bad-service-cidr', 'a cluster needs a service CIDR', { fix: `write ${SERVICE_CIDR}` });
    this.nodePorts = new NodePorts(nodePortRange);
  }

  /** The address of the `kubernetes` Service. */
  get firstAddress(): string {
    return (this.ranges[0] as ClusterIps).first;
  }

  /** The Service with everything handed out. Throws Refusal, and then nothing is taken. */
  allocate(service: Service, before: Service | undefined): Service {
    const operation = new Operation(this.ranges, this.nodePorts, service.metadata.name, before);
    try {
      const spec = operation.run(before === undefined ? service.spec : carryOver(service, before));
      const after = { ...service, spec };
      if (before !== undefined) this.releaseDropped(before, after);
      return after;
    } catch (error) {
      operation.undo();
      throw error;
    }
  }

  release(service: Service): void {
    for (const port of heldNodePorts(service)) this.nodePorts.release(port);
    for (const ip of heldClusterIps(service)) for (const range of this.ranges) range.release(ip);
  }

  private releaseDropped(before: Service, after: Service): void {
    const ports = new Set(heldNodePorts(after));
    const ips = new Set(heldClusterIps(after));
    for (const port of heldNodePorts(before)) if (!ports.has(port)) this.nodePorts.release(port);
    for (const ip of heldClusterIps(before)) if (!ips.has(ip)) for (const range of this.ranges) range.release(ip);
  }
}

/** One create or update: remembers what it took, so that it can be given back. */
class Operation {
  private readonly ranges: readonly ClusterIps[];
  private readonly nodePorts: NodePorts;
  private readonly name: string;
  private readonly before: Service | undefined;
  private readonly taken: (() => void)[] = [];

  constructor(ranges: readonly ClusterIps[], nodePorts: NodePorts, name: string, before: Service | undefined) {
    this.ranges = ranges;
    this.nodePorts = nodePorts;
    this.name = name;
    this.before = before;
  }

  undo(): void {
    for (const giveBack of this.taken) giveBack();
  }

  run(spec: ServiceSpec): ServiceSpec {
    const addressed = spec.type === 'ExternalName' ? spec : this.giveAddresses(spec);
    const ports = takesNodePorts(spec) ? this.givePorts(addressed) : addressed.ports;
    const withPorts = ports === undefined ? addressed : { ...addressed, ports };
    return needsHealthCheckPort(spec) ? { ...withPorts, healthCheckNodePort: this.healthCheckPort(withPorts) } : withPorts;
  }

  private giveAddresses(spec: ServiceSpec): ServiceSpec {
    const chosen = chooseFamilies(
      spec,
      this.before?.spec,
      this.ranges.map((range) => range.family),
    );
    if (!('policy' in chosen)) throw this.invalid(chosen);
    const families = { ipFamilies: chosen.families, ipFamilyPolicy: chosen.policy };
    if (isHeadless(spec)) return { ...spec, ...families, clusterIP: 'None', clusterIPs: ['None'] };
    const held = new Set(this.before === undefined ? [] : heldClusterIps(this.before));
    const clusterIPs = chosen.families.map((family, i) => this.address(family, chosen.clusterIps[i], held, chosen.clusterIps));
    return { ...spec, ...families, clusterIP: clusterIPs[0], clusterIPs };
  }

  private address(family: IpFamily, wanted: string | undefined, held: ReadonlySet<string>, all: readonly string[]): string {
    const range = this.ranges.find((r) => r.family === family) as ClusterIps;
    if (wanted !== undefined && held.has(wanted)) return wanted;
    const ip = wanted ?? range.next();
    if (ip === undefined) throw exhausted('failed to allocate a serviceIP: range is full', `widen serviceCIDR, now ${range.text}`);
    const problem = wanted === undefined ? undefined : range.take(ip);
    if (problem !== undefined) {
      const fix = `take a free address of ${range.text}, or leave clusterIP out`;
      throw this.invalid([invalidValue('spec.clusterIPs', all, `failed to allocate IP ${ip}: ${problem}`, fix)]);
    }
    this.taken.push(() => range.release(ip));
    return ip;
  }

  private givePorts(spec: ServiceSpec): readonly ServicePort[] {
    const held = new Set(this.before === undefined ? [] : heldNodePorts(this.before));
    const ports = spec.ports ?? [];
    const byPort = new Map<number, number>();
    return ports.map((port, i) => {
      const shared = byPort.get(port.port);
      const wanted = port.nodePort ?? shared ?? ports.find((other) => other.port === port.port && other.nodePort !== undefined)?.nodePort;
      if (wanted === undefined && !allocatesNodePorts(spec)) return port;
      const nodePort = wanted ?? this.nextPort();
      if (wanted !== undefined && wanted !== shared && !held.has(wanted)) this.takePort(wanted, `spec.ports[${i}].nodePort`);
      if (shared === undefined) byPort.set(port.port, nodePort);
      return port.nodePort === nodePort ? port : { ...port, nodePort };
    });
  }

  private healthCheckPort(spec: ServiceSpec): number {
    const wanted = spec.healthCheckNodePort;
    if (wanted === undefined || wanted === 0) return this.nextPort();
    if (wanted !== this.before?.spec.healthCheckNodePort) this.takePort(wanted, 'spec.healthCheckNodePort');
    return wanted;
  }

  private takePort(port: number, path: string): void {
    const problem = this.nodePorts.take(port);
    if (problem !== undefined)
      throw this.invalid([invalidValue(path, port, problem, 'take another port, or leave it out to be given one')]);
    this.taken.push(() => this.nodePorts.release(port));
  }

  private nextPort(): number {
    const port = this.nodePorts.next();
    if (port === undefined)
      throw exhausted('failed to allocate a nodePort: range is full', 'delete Services of type NodePort or LoadBalancer');
    this.taken.push(() => this.nodePorts.release(port));
    return port;
  }

  private invalid(causes: readonly Cause[]): Refusal {
    return invalid('Service', this.name, causes);
  }
}

function exhausted(what: string, fix: string): Refusal {
  return new Refusal('InternalError', `Internal error occurred: ${what}`, [{ path: '', message: what, fix }]);
}
