/**
 * ImageLocality: nodes that hold the pod's images score higher, the more so the larger and the rarer on other nodes they are less
 * (pkg/scheduler/framework/plugins/imagelocality: sum of size × share of nodes, clamped between 23 MiB and 1000 MiB per container).
 */
import type { Node } from '../../api/types/core.js';
import { type Plugin, SCORE_MAX } from '../plugin.js';

const MIB = 1024 * 1024;
const LEAST = 23 * MIB;
const MOST_PER_CONTAINER = 1000 * MIB;

export const imageLocality: Plugin = {
  name: 'ImageLocality',
  weight: 1,
  score({ spec }, snapshot, nodes) {
    if (snapshot.nodes.every(({ node }) => (node.status?.images?.length ?? 0) === 0)) return undefined;
    const images = [...spec.containers, ...(spec.initContainers ?? [])].map(({ image }) => fullName(image ?? ''));
    const share = new Map(
      images.map((image) => [image, snapshot.nodes.filter(({ node }) => sizeOn(node, image) > 0).length / snapshot.nodes.length]),
    );
    const most = MOST_PER_CONTAINER * images.length;
    return nodes.map(({ node }) => {
      const sum = images.reduce((total, image) => total + Math.trunc(sizeOn(node, image) * (share.get(image) ?? 0)), 0);
      return Math.trunc((SCORE_MAX * (Math.min(Math.max(sum, LEAST), most) - LEAST)) / (most - LEAST));
    });
  },
};

function sizeOn(node: Node, image: string): number {
  return node.status?.images?.find(({ names }) => names.includes(image))?.sizeBytes ?? 0;
}

/** A name without a tag means `latest`. */
function fullName(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
