/**
 * Node IPAM, range allocator (pkg/controller/nodeipam): every node without one gets a block of each pod CIDR, /24 of an IPv4 and /64 of an
 * IPv6 range, in the order in which nodes join; a block that a node brings along is kept and never given to another.
 * Blocks are looked for onwards from the one given last and then from the start, as upstream does.
 * Left out: mask sizes other than the defaults.
 */
import { type Cidr, cidrAddress, cidrOverlaps, cidrSize, formatCidr, parseCidr } from '../../base/cidr.js';
import { InvariantError } from '../../base/errors.js';
import type { Controller, Write } from '../../api/controller.js';
import { createIndexer, type Indexer } from '../../api/object/indexer.js';
import type { Node } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';

const ALL_NODES = '*';

interface Range {
  readonly cidr: Cidr;
  readonly blockLength: number;
  readonly blocks: number;
  /** Where to look next. */
  next: number;
}

/** `podCIDRs` of the cluster; without any, nothing is allocated. */
export function createNodeIpamController(podCIDRs: readonly string[]): Controller {
  const ranges = podCIDRs.map(readRange);
  // Blocks of the usual size are looked up by text; a node with another is compared with every candidate.
  const nodes = createIndexer('Node', (node: Node) =>
    cidrsOf(node).map((text) => (ranges.some((range) => isBlock(range, text)) ? text : ALL_NODES)),
  );
  return {
    name: 'node-ipam-controller',
    watches: ['Node'],
    keys(event) {
      nodes.observe(event);
      const needs = event.type !== 'DELETED' && cidrsOf(event.object as Node).length === 0;
      return needs && ranges.length > 0 ? [event.object.metadata.name] : [];
    },
    reconcile(name, { view }) {
      const node = view.get('Node', undefined, name);
      if (node === undefined || cidrsOf(node).length > 0) return [];
      const given = ranges.map((range) => nextBlock(range, nodes, view));
      const cidrs = given.filter((block) => block !== undefined);
      return cidrs.length < ranges.length ? [exhausted(node)] : [{ op: 'update', object: withCidrs(node, cidrs) }];
    },
  };
}

function readRange(text: string): Range {
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new InvariantError(`pod CIDR ${text} was not checked`);
  const blockLength = Math.max(cidr.length, typeof cidr.ip === 'number' ? 24 : 64);
  return { cidr, blockLength, blocks: 2 ** (blockLength - cidr.length), next: 0 };
}

function cidrsOf({ spec }: Node): readonly string[] {
  return spec?.podCIDRs ?? (spec?.podCIDR ? [spec.podCIDR] : []);
}

function isBlock(range: Range, text: string): boolean {
  const cidr = parseCidr(text);
  return cidr !== undefined && typeof cidr.ip === typeof range.cidr.ip && cidr.length === range.blockLength;
}

function nextBlock(range: Range, nodes: Indexer<'Node'>, view: StoreView): string | undefined {
  const odd = nodes.get(view, ALL_NODES).flatMap((node) =>
    cidrsOf(node)
      .map(parseCidr)
      .filter((cidr) => cidr !== undefined),
  );
  for (let i = 0; i < range.blocks; i++) {
    const index = (range.next + i) % range.blocks;
    const block = {
      ip: cidrAddress(range.cidr, index * cidrSize({ ip: range.cidr.ip, length: range.blockLength })),
      length: range.blockLength,
    };
    const text = formatCidr(block);
    if (nodes.get(view, text).length > 0 || odd.some((cidr) => cidrOverlaps(cidr, block))) continue;
    range.next = (index + 1) % range.blocks;
    return text;
  }
  return undefined;
}

function withCidrs(node: Node, podCIDRs: readonly string[]): Node {
  return { ...node, spec: { ...node.spec, podCIDR: podCIDRs[0], podCIDRs } };
}

function exhausted(node: Node): Write {
  const message = `Node ${node.metadata.name} status is now: CIDRNotAvailable`;
  return { op: 'event', about: node, type: 'Normal', reason: 'CIDRNotAvailable', message };
}
