/**
 * What makes a probe part of a longer story: time that passes before it, rules that are replaced and listeners that end, a socket of an earlier
 * probe that is used again or closed. In the simulated kernel the time is virtual, in the lab it is real.
 */
import type { Ruleset } from './ruleset.js';

export interface Conversation {
  /** Time that passes before the probe. */
  readonly afterMs?: number | undefined;
  /** Then, by namespace, what is replaced. */
  readonly change?: Readonly<Record<string, NetnsChange>> | undefined;
  /** Listeners, by id, whose process ends then: their sockets are closed. */
  readonly stop?: readonly string[] | undefined;
  /** The socket stays open. TCP's server, too, keeps the connection. */
  readonly keep?: boolean | undefined;
  /** The socket of this earlier probe, which kept it, sends again. */
  readonly reuse?: string | undefined;
  /** The used socket is closed instead of sending: at once, or of TCP by a reset. */
  readonly close?: 'fin' | 'reset' | undefined;
  /** Namespaces whose connections are listed after the probe. */
  readonly conntrack?: readonly string[] | undefined;
}

export interface NetnsChange {
  /** The tables that the text names are replaced, as iptables-restore does. */
  readonly iptables?: Ruleset | undefined;
  readonly ip6tables?: Ruleset | undefined;
  /** Likewise. */
  readonly nft?: string | undefined;
  /** The tables of nftables stay and their rules alone are replaced (`flush table`): what rules have put into sets is still there. */
  readonly inPlace?: boolean | undefined;
  /** What `ipvsadm -R` reads, run on the services that are there. */
  readonly ipvs?: string | undefined;
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  /** Arguments of conntrack(8) each: `-D …` or `-F`. */
  readonly conntrack?: readonly string[] | undefined;
}
