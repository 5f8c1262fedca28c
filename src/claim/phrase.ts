/** The noun phrases of a sentence about traffic, as data. Positions are offsets into the sentence, for carets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A pod, Service or other namespaced name as written: `web`, `shop/web`. */
export interface NamePhrase {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly span: Span;
}

export type SubjectPhrase =
  | { readonly kind: 'pod'; readonly name: NamePhrase; readonly node: string | undefined; readonly container: string | undefined }
  | {
      readonly kind: 'pod-of';
      readonly owner: { readonly kind: string; readonly name: NamePhrase };
      readonly every?: boolean | undefined;
      /** Of `each other`: all of them but the sender. */
      readonly other?: boolean | undefined;
      readonly none?: boolean | undefined;
    }
  | {
      readonly kind: 'every-pod';
      readonly namespace: string | undefined;
      readonly labels: Readonly<Record<string, string>> | undefined;
      readonly other: boolean;
      /** `no pod`: what is said is true of none of them. */
      readonly none?: boolean | undefined;
      readonly span: Span;
    }
  | { readonly kind: 'node'; readonly name: string; readonly span: Span }
  | { readonly kind: 'client'; readonly name: string; readonly span: Span };

export type ObjectPhrase =
  | SubjectPhrase
  | { readonly kind: 'service'; readonly name: NamePhrase }
  | { readonly kind: 'address'; readonly address: string; readonly span: Span }
  | { readonly kind: 'host'; readonly host: string; readonly port?: number | undefined; readonly span: Span }
  | { readonly kind: 'localhost'; readonly span: Span };

export interface RoutePhrase {
  readonly via: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalIP' | 'hostPort' | 'Ingress' | 'Gateway' | 'ping' | 'port' | undefined;
  /** A NodePort, hostPort, or the port of `on port`. */
  readonly port: number | undefined;
  /** Of `on port http`: the name of a port of the Service. */
  readonly portName?: string | undefined;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | undefined;
  /** Of `via NodePort 30080 on node2`, `via hostPort 8080 on node1`. */
  readonly node: string | undefined;
  /** Of `via ExternalIP 1.2.3.4`, `via Ingress "…"`. */
  readonly address: string | undefined;
  /** Of `over IPv6`: by which of its addresses; the first that the sender can call unless said. */
  readonly family?: 'IPv4' | 'IPv6' | undefined;
  readonly span: Span;
}
