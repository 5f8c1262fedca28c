/**
 * Names of places and endpoints as people write them: a network namespace of a trace (`pod.default.web-0`) is `pod web-0`, an endpoint
 * (`pod/shop/web-0`) is `pod shop/web-0`. Namespaces' names are made by the plan; what is no pod, client or underlay is a node.
 */
import { globMatches } from './glob.js';

/** How `netns` is written where unqualified names mean `current`. */
export function placeName(netns: string, current: string): string {
  const pod = /^pod\.([^.]+)\.(.+)$/.exec(netns);
  if (pod !== null) return podName(pod[1] ?? '', pod[2] ?? '', current);
  if (netns.startsWith('external.')) return `client ${netns.slice('external.'.length)}`;
  return isUnderlay(netns) ? 'underlay' : netns;
}

/** What lies between the nodes: no place of the cluster's own. */
export function isUnderlay(netns: string): boolean {
  return netns.startsWith('fabric.');
}

/** `pod/default/web` → `pod web`, `node/node1` → `node1`, `external/laptop` → `client laptop`; other text as it is. */
export function endpointName(endpoint: string, current: string): string {
  const [kind, ...rest] = endpoint.split('/');
  const last = rest.at(-1) ?? '';
  if (kind === 'pod')
    return podName(rest.length > 1 ? (rest[0] ?? '') : current, last, current).replace(/^pod (.*)#(.*)$/, 'container $2 of pod $1');
  if (kind === 'node') return last;
  return kind === 'external' ? `client ${last}` : endpoint;
}

/** Whether a `where` as written, with `*`, means this namespace. Letters of a pod's name count as lower-case; a container
 * is where its pod is. */
export function placeMatches(written: string, netns: string, current: string): boolean {
  const place = written.trim().replace(/^container \S+ of pod /, 'pod ');
  const pod = /^pod\s+(?:([^/\s]+)\/)?(\S+)$/.exec(place);
  if (pod === null) return globMatches(place, placeName(netns, current));
  const actual = /^pod\.([^.]+)\.(.+)$/.exec(netns);
  if (actual === null) return false;
  return globMatches(pod[1] ?? current, actual[1] ?? '') && globMatches((pod[2] ?? '').toLowerCase(), actual[2] ?? '');
}

function podName(namespace: string, name: string, current: string): string {
  return namespace === current ? `pod ${name}` : `pod ${namespace}/${name}`;
}
