/**
 * A capture file (pcapng, draft-ietf-opsawg-pcapng) of what taps on every device of a flow's way saw: one interface for each device, named by its
 * namespace and itself. All are Ethernet, as tools that read one file want one kind: a device without addresses of its own, as a tunnel
 * of IPIP, has empty ones.
 */
import { probabilityText } from './probability-text.js';

const [SECTION, INTERFACE, PACKET] = [0x0a0d0d0a, 1, 6] as const;
const MAGIC = 0x1a2b3c4d;
const ETHERNET = 1;
const [OPTION_NAME, OPTION_DESCRIPTION, OPTION_FLAGS, OPTION_APPLICATION] = [2, 3, 2, 4] as const;
const [INBOUND, OUTBOUND] = [1, 2] as const;
/** 2 to the 32nd: time stamps are two words of microseconds. */
const WORD = 0x100000000;

/** A frame that a tap saw. */
export interface CapturedFrame {
  /** Virtual time, µs. */
  readonly t: number;
  readonly netns: string;
  readonly device: string;
  readonly outgoing: boolean;
  readonly bytes: Uint8Array;
}

/** `outcome 1 of 2, probability 1/2` */
export function sectionTitle(index: number, total: number, probability: number): string {
  return `outcome ${index + 1} of ${total}, probability ${probabilityText(probability)}`;
}

/** One section of a file: the frames of one flow, in order; `description` is what it says of each interface. */
export function pcapngSection(frames: readonly CapturedFrame[], description: string): Uint8Array {
  const interfaces = [...new Set(frames.map(tapName))];
  const blocks = [
    block(SECTION, [word(MAGIC), half(1), half(0), word(0xffffffff), word(0xffffffff), option(OPTION_APPLICATION, utf8('hopspec')), END]),
    ...interfaces.map((name) =>
      block(INTERFACE, [
        half(ETHERNET),
        half(0),
        word(0),
        option(OPTION_NAME, utf8(name)),
        option(OPTION_DESCRIPTION, utf8(description)),
        END,
      ]),
    ),
    ...frames.map((frame) => packetBlock(frame, interfaces.indexOf(tapName(frame)))),
  ];
  return join(blocks);
}

/** `node1 eth0` */
function tapName({ netns, device }: CapturedFrame): string {
  return `${netns} ${device}`;
}

function packetBlock({ t, bytes, outgoing }: CapturedFrame, index: number): Uint8Array {
  return block(PACKET, [
    word(index),
    word(Math.floor(t / WORD)),
    word(t % WORD),
    word(bytes.length),
    word(bytes.length),
    padded(bytes),
    option(OPTION_FLAGS, word(outgoing ? OUTBOUND : INBOUND)),
    END,
  ]);
}

function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = 12 + parts.reduce((sum, part) => sum + part.length, 0);
  return join([word(type), word(length), ...parts, word(length)]);
}

function option(code: number, value: Uint8Array): Uint8Array {
  return join([half(code), half(value.length), padded(value)]);
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  out.set(bytes);
  return out;
}

/** Words in the order that the magic number shows: the least byte first. */
function word(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, (value >>> 24) & 0xff);
}

function half(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}

const END = word(0);

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
