/** Where a packet met a rule: what somebody must know to say why the rule was there for it. */
import type { RuleText } from './trace.js';

export interface RulePlace {
  readonly node: string;
  /** The rules that matched before it on that node, in order. */
  readonly earlier: readonly RuleText[];
  /** Where the client had sent the packet; the protocol in lower case. */
  readonly destination: { readonly ip: string; readonly port: number | undefined; readonly protocol: string } | undefined;
}
