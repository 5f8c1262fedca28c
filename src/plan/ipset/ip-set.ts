/**
 * An ipset as data: what `ipset restore` reads and `ipset save` prints (ipset(8), 7.17). A set's elements are tuples with one part for
 * each dimension of its type; an element is known by the text of its parts, as ipset prints them. Timeouts count from the loading.
 */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';

export type SetTypeName =
  | 'hash:ip'
  | 'hash:net'
  | 'hash:mac'
  | 'hash:ip,port'
  | 'hash:ip,mark'
  | 'hash:ip,mac'
  | 'hash:ip,port,ip'
  | 'hash:ip,port,net'
  | 'hash:net,net'
  | 'hash:net,port'
  | 'hash:net,port,net'
  | 'hash:net,iface'
  | 'bitmap:ip'
  | 'bitmap:ip,mac'
  | 'bitmap:port'
  | 'list:set';

export type PartKind = 'ip' | 'net' | 'port' | 'mac' | 'mark' | 'iface' | 'set';

export type ElementPart =
  | { readonly kind: 'ip'; readonly ip: Ip }
  | { readonly kind: 'net'; readonly ip: Ip; readonly length: number }
  /** Of ICMP the port is `type << 8 | code`; a bitmap's port has no protocol. */
  | { readonly kind: 'port'; readonly proto: number | undefined; readonly port: number }
  /** Undefined in a bitmap:ip,mac whose address learns its MAC from the first packet. */
  | { readonly kind: 'mac'; readonly mac: Mac | undefined }
  | { readonly kind: 'mark'; readonly mark: number }
  /** `physdev`: the bridge port; `wildcard`: every interface whose name begins so. */
  | { readonly kind: 'iface'; readonly name: string; readonly physdev: boolean; readonly wildcard: boolean }
  | { readonly kind: 'set'; readonly name: string };

export interface SetEntry {
  readonly parts: readonly ElementPart[];
  /** An exception: whatever it covers is not in the set. */
  readonly nomatch: boolean;
  /** Seconds until it is forgotten; 0 never, undefined in sets without timeouts. */
  readonly timeout: number | undefined;
  /** Packets, bytes, comment, skb… as ipset prints them; nothing that decides a match. */
  readonly extras: string;
}

export interface SetOptions {
  readonly hashsize: number;
  readonly maxelem: number;
  /** Bits of an address that count; the whole unless given. */
  readonly netmask: number | undefined;
  readonly bitmask: Ip | undefined;
  readonly markmask: number | undefined;
  /** Of bitmaps: the first and last value. */
  readonly range: readonly [number, number] | undefined;
  /** Of lists: how many sets at first. */
  readonly size: number;
  /** The default of entries, in seconds; undefined without timeouts. */
  readonly timeout: number | undefined;
  readonly counters: boolean;
  readonly comment: boolean;
  readonly forceadd: boolean;
  readonly skbinfo: boolean;
  readonly bucketsize: number;
  /** As given: the kernel draws one otherwise. */
  readonly initval: string | undefined;
}

export interface IpSetPlan {
  readonly name: string;
  readonly type: SetTypeName;
  /** `any` in bitmaps of ports, hashes of MACs, and lists. */
  readonly family: 'inet' | 'inet6' | 'any';
  readonly options: SetOptions;
  /** By the text of the element, in the order in which they came. */
  readonly entries: ReadonlyMap<string, SetEntry>;
  /**
   * Of a set without exceptions, timeouts and counters: whether an element covers these parts of a packet (addresses, `proto << 16 | port`). It says what
   * the entries would, without their being made.
   */
  readonly holds?: ((parts: readonly (Ip | string)[]) => boolean) | undefined;
}

/** By name, in the order in which they were created. */
export type IpSets = ReadonlyMap<string, IpSetPlan>;

/** Sets as a program has them, whose elements may be made on first reading. */
export interface MadeSets {
  readonly sets: IpSets;
  /** As `ipset restore` reads. */
  readonly text: string;
}
