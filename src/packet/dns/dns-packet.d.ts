/** What is used of the library, which brings no types. */
declare module 'dns-packet' {
  export interface Packet {
    readonly type: 'query' | 'response';
    readonly id: number;
    readonly flags: number;
    readonly questions: readonly { readonly name: string; readonly type: string }[];
    readonly answers?: readonly object[];
    readonly authorities?: readonly object[];
    readonly additionals?: readonly object[];
  }
  export function encode(packet: Packet): Uint8Array;
  export function decode(bytes: Uint8Array): Packet;
}
