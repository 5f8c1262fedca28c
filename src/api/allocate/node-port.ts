/**
 * Node ports of Services (Kubernetes v1.34 `pkg/registry/core/service/portallocator`): a port is held once for all protocols, though one
 * Service may use one number for several. The lowest min(max(16, size/32), 128) ports are the band for ports that users ask for, so that
 * automatic ones begin at 30086. Which free port is chosen is random in a real cluster and the lowest one here.
 */
import { Band } from './band.js';

export const NODE_PORT_RANGE = '30000-32767';

export class NodePorts {
  private readonly first: number;
  private readonly text: string;
  private readonly band: Band;

  /** `range` as in --service-node-port-range. */
  constructor(range: string = NODE_PORT_RANGE) {
    const [first = 0, last = 0] = range.split('-').map(Number);
    const size = last - first + 1;
    this.first = first;
    this.text = range;
    this.band = new Band(size, size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128));
  }

  /** Takes a port asked for; the server's words when it cannot be had. */
  take(port: number): string | undefined {
    const n = port - this.first;
    if (!this.band.contains(n)) return `provided port is not in the valid range. The range of valid ports is ${this.text}`;
    if (this.band.has(n)) return 'provided port is already allocated';
    this.band.take(n);
    return undefined;
  }

  /** The next free port; undefined when the range is full. */
  next(): number | undefined {
    const n = this.band.next();
    return n === undefined ? undefined : this.first + n;
  }

  release(port: number): void {
    this.band.release(port - this.first);
  }
}
