/**
 * Traffic of an object with a field that would change them and whose effect is not modelled is "cannot say": never a pass and
 * never a failure.
 */
import { unsupported, UnsupportedError } from '../base/errors.js';
import type { StoreView } from '../api/view.js';
import type { KubeObject } from '../api/types/meta.js';
import { isRelay } from './relay/onward.js';
import { unmodelledFields } from '../manifest/unmodelled.js';

/** `endpoints`: endpoint texts of sender, destination and servers; those of other kinds, and empty ones, are passed over. */
export function refuseUnmodelled(view: StoreView, endpoints: readonly string[]): void {
  const problems = [...new Set(endpoints)].flatMap((text) =>
    objectsOf(view, text).flatMap((object) =>
      unmodelledFields(object, hasBalancer(view, object)).map(({ path, effect }) => ({
        code: 'unmodelled-field',
        message: `${object.kind} ${object.metadata.namespace}/${object.metadata.name}: ${path} ${effect}, which is not modelled`,
        fix: 'leave the field out of what the spec applies, if what is asked does not depend on it',
      })),
    ),
  );
  if (problems.length > 0) throw new UnsupportedError(problems);
}

/** A connection that was kept open, and ends for us at a program that passes it on: what lies behind is another connection. */
export function refuseUnfollowed(servers: readonly (string | undefined)[]): void {
  if (servers.some((server) => server !== undefined && isRelay(server)))
    throw unsupported('relay-over-time', 'a connection that a program in user space passes on is not followed over time');
}

/** One of the cluster's own, of which it is known whether it sends headers: MetalLB's never do. */
function hasBalancer(view: StoreView, { kind, metadata }: KubeObject): boolean {
  return kind === 'Service' && view.get('LoadBalancer', metadata.namespace, metadata.name) !== undefined;
}

function objectsOf(view: StoreView, text: string): readonly KubeObject[] {
  const [kind, namespace, name = ''] = text.split('/');
  const found =
    kind === 'pod' ? view.get('Pod', namespace, name) : kind === 'svc' || kind === 'lb' ? view.get('Service', namespace, name) : undefined;
  if (found !== undefined) return [found];
  const nodePort = kind === 'nodeport' ? Number(text.split(':').at(-1)) : undefined;
  if (nodePort === undefined) return [];
  return view.list('Service').filter((service) => service.spec.ports?.some((port) => port.nodePort === nodePort));
}
