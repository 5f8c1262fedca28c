/**
 * What the noun phrases of a sentence mean: senders, and addresses that are called. The selections have the shape of a parsed phrase, so that whoever
 * parsed a sentence can ask with what it has.
 */
import type { IpFamily } from '../../base/ip-family.js';
import type { FabricHost } from '../../fabric/fabric-spec.js';
import type { StoreView } from '../../api/view.js';
import type { WantedName } from '../lookup.js';

export type SenderSelection =
  | { readonly kind: 'pod'; readonly name: WantedName; readonly node: string | undefined; readonly container: string | undefined }
  | {
      readonly kind: 'pod-of';
      readonly owner: { readonly kind: string; readonly name: WantedName };
      readonly other?: boolean | undefined;
    }
  | {
      readonly kind: 'every-pod';
      readonly namespace: string | undefined;
      readonly labels: Readonly<Record<string, string>> | undefined;
      readonly other: boolean;
    }
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'client'; readonly name: string };

export type ObjectSelection =
  | SenderSelection
  | { readonly kind: 'service'; readonly name: WantedName }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'localhost' };

export interface RouteSelection {
  readonly via: string | undefined;
  readonly port: number | undefined;
  /** Instead of a number: the name of a port of the Service, or of a container of the pod. */
  readonly portName?: string | undefined;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | undefined;
  readonly node: string | undefined;
  readonly address: string | undefined;
  /** Of `over IPv6`. */
  readonly family?: IpFamily | undefined;
}

export interface Sender {
  readonly from: string;
  readonly label: string;
  readonly node: string | undefined;
}

export interface Receiver {
  readonly to: string;
  readonly label: string;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP';
  /** Who may answer, as endpoint texts; undefined when whoever holds the address may. */
  readonly servers?: readonly string[] | undefined;
  /** Those of the servers that may be chosen for a new connection. */
  readonly chosen?: readonly string[] | undefined;
}

export interface SelectContext {
  readonly view: StoreView;
  readonly namespace: string;
  /** External clients by name. */
  readonly externals: readonly FabricHost[];
}
