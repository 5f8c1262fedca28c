/**
 * Names that point at earlier ones (RFC 1035 4.1.4), in a message that has none of that yet: names of questions and records, and those that stand in NS, CNAME,
 * SOA, PTR and MX; not in SRV (RFC 2782).
 */
const HEADER = 12;
const POINTER = 0xc000;
const POINTED_MAX = 0x3fff;
/** By type: bytes before the names in a record's data, and how many names there are. */
const NAMES_IN: Readonly<Record<number, readonly [before: number, names: number]>> = {
  2: [0, 1],
  5: [0, 1],
  6: [0, 2],
  12: [0, 1],
  15: [2, 1],
};

export function compressNames(message: Uint8Array): Uint8Array {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const out: number[] = [...message.subarray(0, HEADER)];
  const known = new Map<string, number>();
  let at = HEADER;
  const copy = (bytes: number): void => {
    out.push(...message.subarray(at, at + bytes));
    at += bytes;
  };
  const name = (): void => {
    at = pushName(out, message, at, known);
  };
  for (let i = view.getUint16(4); i > 0; i--) {
    name();
    copy(4);
  }
  for (let i = view.getUint16(6) + view.getUint16(8) + view.getUint16(10); i > 0; i--) {
    name();
    const [before, names] = NAMES_IN[view.getUint16(at)] ?? [0, 0];
    const length = view.getUint16(at + 8);
    copy(10);
    const began = out.length;
    const end = at + length;
    copy(before);
    for (let n = 0; n < names; n++) name();
    copy(end - at);
    const now = out.length - began;
    out[began - 2] = now >> 8;
    out[began - 1] = now & 0xff;
  }
  return Uint8Array.from(out);
}

/** Returns where the message goes on. */
function pushName(out: number[], message: Uint8Array, from: number, known: Map<string, number>): number {
  const labels: Uint8Array[] = [];
  let at = from;
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.subarray(at, at + 1 + length));
    at += 1 + length;
  }
  for (const [i, label] of labels.entries()) {
    const rest = labels
      .slice(i)
      .map((one) => String.fromCharCode(...one))
      .join('');
    const pointed = known.get(rest);
    if (pointed !== undefined) {
      out.push((POINTER | pointed) >> 8, pointed & 0xff);
      return at + 1;
    }
    if (out.length <= POINTED_MAX) known.set(rest, out.length);
    out.push(...label);
  }
  out.push(0);
  return at + 1;
}
