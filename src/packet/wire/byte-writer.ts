/** Bytes in network order, one field after the other. */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';

export class ByteWriter {
  #bytes = new Uint8Array(128);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What was written; a view that the next write may leave behind. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  u8(...values: readonly number[]): void {
    this.#room(values.length);
    for (const value of values) this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.u8((value >> 8) & 0xff, value & 0xff);
  }

  u32(value: number): void {
    this.u8((value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
  }

  mac(mac: Mac): void {
    this.u16(Math.floor(mac / 0x100000000));
    this.u32((mac % 0x100000000) | 0);
  }

  ip(ip: Ip): void {
    if (typeof ip === 'number') return this.u32(ip);
    for (let shift = 96n; shift >= 0n; shift -= 32n) this.u32(Number((ip >> shift) & 0xffffffffn) | 0);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  zeros(count: number): void {
    this.#room(count);
    this.#bytes.fill(0, this.#length, this.#length + count);
    this.#length += count;
  }

  setU16(at: number, value: number): void {
    this.#bytes[at] = (value >> 8) & 0xff;
    this.#bytes[at + 1] = value & 0xff;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + count));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}
