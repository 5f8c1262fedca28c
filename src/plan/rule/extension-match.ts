/**
 * The matches of the rarer extensions as data; those of the commoner ones stand in rule.ts. What only tells packets apart that no modelled
 * host sends (IPv6 extension headers, IPsec) is kept as the words that iptables-save prints.
 */
import type { Range } from './rule.js';

interface Not {
  readonly not: boolean;
}

/** A value under a mask. */
interface Masked {
  readonly value: number;
  readonly mask: number;
}

export type ConnbytesMode = 'packets' | 'bytes' | 'avgpkt';
export type CtDirection = 'original' | 'reply' | 'both';
export type HashlimitMode = 'srcip' | 'srcport' | 'dstip' | 'dstport';
export type ExtensionHeader = 'ah' | 'esp' | 'frag' | 'hbh' | 'dst' | 'rt' | 'mh';

/** Parts of the day and of the calendar, in UTC unless `kernelTz`; seconds. */
export interface TimeMatch {
  readonly kind: 'time';
  readonly dateStart: number;
  readonly dateStop: number;
  readonly dayStart: number;
  readonly dayStop: number;
  /** Bit n is day n; of a week Monday is 1. */
  readonly monthDays: number;
  readonly weekDays: number;
  readonly contiguous: boolean;
  readonly kernelTz: boolean;
}

export interface HashlimitMatch {
  readonly kind: 'hashlimit';
  /** --hashlimit-above. */
  readonly above: boolean;
  readonly packets: number;
  readonly perSeconds: number;
  readonly burst: number;
  readonly modes: readonly HashlimitMode[];
  readonly name: string;
  /** Lengths of prefixes; undefined: the whole address. */
  readonly sourceLength: number | undefined;
  readonly destinationLength: number | undefined;
  readonly max: number | undefined;
  /** Milliseconds. */
  readonly expire: number | undefined;
  readonly size: number | undefined;
  readonly gcInterval: number | undefined;
}

/** One step of a u32 location: the value so far is masked, shifted, or becomes the place of the next four bytes. */
export interface U32Step {
  readonly op: '&' | '<<' | '>>' | '@';
  readonly number: number;
}

export interface U32Test {
  readonly at: number;
  readonly steps: readonly U32Step[];
  readonly values: readonly Range[];
}

export interface SctpChunk {
  readonly type: number;
  /** Of the chunk's own flags. */
  readonly flags: number;
  readonly flagMask: number;
}

export type ExtensionMatch =
  | (Not & { readonly kind: 'tcp-option'; readonly option: number })
  | (Not & { readonly kind: 'sctp-chunks'; readonly how: 'all' | 'any' | 'only'; readonly chunks: readonly SctpChunk[] | undefined })
  | { readonly kind: 'policy'; readonly ipsec: boolean; readonly words: readonly string[] }
  | (Not & { readonly kind: 'helper'; readonly name: string })
  | (Not & Masked & { readonly kind: 'realm' })
  | (Not & Masked & { readonly kind: 'device-group'; readonly side: 'in' | 'out' })
  | (Not & { readonly kind: 'ecn-tcp'; readonly bit: 'cwr' | 'ece' })
  | (Not & { readonly kind: 'ecn-ip'; readonly ect: number })
  | (Not & { readonly kind: 'tcpmss'; readonly sizes: Range })
  | (Not & { readonly kind: 'quota'; readonly bytes: number })
  | (Not & {
      readonly kind: 'connbytes';
      readonly from: number;
      /** Undefined: no end. */
      readonly to: number | undefined;
      readonly direction: CtDirection;
      readonly mode: ConnbytesMode;
    })
  /** `not` is --connlimit-upto. */
  | (Not & {
      readonly kind: 'connlimit';
      readonly above: number;
      readonly length: number | undefined;
      readonly side: 'source' | 'destination';
    })
  | (Not & { readonly kind: 'connlabel'; readonly label: number; readonly set: boolean })
  | (Not & { readonly kind: 'ct-expire'; readonly seconds: Range })
  | (Not & { readonly kind: 'u32'; readonly tests: readonly U32Test[] })
  /** `pattern` in bytes. */
  | (Not & {
      readonly kind: 'string';
      readonly pattern: readonly number[];
      readonly algorithm: 'bm' | 'kmp';
      readonly from: number;
      readonly to: number | undefined;
      readonly ignoreCase: boolean;
    })
  | (Not & { readonly kind: 'cluster'; readonly nodes: number; readonly nodeMask: number; readonly seed: number })
  | { readonly kind: 'socket'; readonly transparent: boolean; readonly nowildcard: boolean; readonly restoreMark: boolean }
  | { readonly kind: 'extension-header'; readonly name: ExtensionHeader; readonly words: readonly string[] }
  /** Bits of the headers asked for; `soft` when others may stand beside them. */
  | (Not & { readonly kind: 'ipv6header'; readonly headers: number; readonly soft: boolean })
  | { readonly kind: 'eui64' }
  | TimeMatch
  | HashlimitMatch;
