/**
 * What a name below the cluster's domain asks for. Source: CoreDNS plugin/kubernetes/parse.go: labels are read from the right; what stands before
 * a Service is an endpoint's name, or a port's and a protocol's. A name of more labels than that is nobody's.
 */
export type ZoneQuestion =
  /** The domain itself, `svc` or `pod` below it. */
  | { readonly kind: 'node' }
  | { readonly kind: 'namespace'; readonly namespace: string }
  | {
      readonly kind: 'service';
      readonly namespace: string;
      readonly service: string;
      readonly endpoint?: string;
      readonly port?: string;
      readonly protocol?: string;
    }
  | { readonly kind: 'pod'; readonly namespace: string; readonly pod: string };

/** Undefined for a name that can be nobody's. `labels` are those before the domain, from left to right. */
export function parseZoneName(labels: readonly string[]): ZoneQuestion | undefined {
  if (labels.length === 0) return { kind: 'node' };
  const [kind, namespace, name, ...before] = [...labels].reverse();
  if (kind !== 'svc' && kind !== 'pod') return undefined;
  if (namespace === undefined) return { kind: 'node' };
  if (name === undefined) return { kind: 'namespace', namespace };
  // What stands before a pod's address is read, and not asked about.
  if (kind === 'pod') return before.length <= 2 ? { kind: 'pod', namespace, pod: name } : undefined;
  const [first, second] = before;
  if (first === undefined) return { kind: 'service', namespace, service: name };
  if (second === undefined) return { kind: 'service', namespace, service: name, endpoint: first };
  return before.length === 2 ? { kind: 'service', namespace, service: name, port: bare(second), protocol: bare(first) } : undefined;
}

function bare(label: string): string {
  return label.startsWith('_') ? label.slice(1) : label;
}

/** The address that a name of a reverse zone means; undefined for any other name. */
export function reverseAddress(name: string): string | undefined {
  const four = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa\.$/.exec(name);
  if (four !== null) return four.slice(1, 5).reverse().join('.');
  const six = /^((?:[0-9a-f]\.){32})ip6\.arpa\.$/.exec(name)?.[1];
  if (six === undefined) return undefined;
  const digits = six.split('.').reverse().join('');
  return (digits.match(/.{4}/g) ?? []).join(':');
}
