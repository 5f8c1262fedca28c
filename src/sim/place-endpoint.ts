/** `node1`, `pod A`, `client laptop`. */
export function endpointOf(place: string, nodes: readonly string[]): string {
  const [kind, name] = place.includes(' ') ? place.split(' ') : [nodes.includes(place) ? 'node' : 'pod', place];
  return `${kind === 'client' ? 'external' : kind}/${name}`;
}
