/** Numbers in wire bytes, which may be cut off: what is missing is zero. */

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function u8(view: DataView, at: number): number {
  return at < view.byteLength ? view.getUint8(at) : 0;
}

export function u16(view: DataView, at: number): number {
  return (u8(view, at) << 8) | u8(view, at + 1);
}

export function u32(view: DataView, at: number): number {
  return u16(view, at) * 0x10000 + u16(view, at + 2);
}
