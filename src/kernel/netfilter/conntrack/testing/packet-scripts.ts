/**
 * Scripts of single packets and what the simulated kernel's connection tracking makes of each, as a line that Linux's answer becomes too: the state
 * of the packet, whose connection it is, its protocol's state, and for how long it is remembered, in steps of five seconds, for Linux's clock runs.
 */
import { formatIp } from '../../../../base/ip.js';
import { oneNamespace, send } from '../../testing/one-namespace.js';
import { readPacket } from './packet-text.js';

export interface PacketCase {
  readonly name: string;
  readonly family: 4 | 6;
  readonly sysctl: Readonly<Record<string, string>>;
  readonly scripts: readonly (readonly string[])[];
}

export interface LinuxEntry {
  readonly by: string;
  readonly state: string;
  readonly seconds: number;
  readonly replied: boolean;
  readonly assured: boolean;
}

export const FIRST_PORT = 2000;

/** For each script a line for each packet. */
export function askSimulated({ family, sysctl, scripts }: PacketCase): string[][] {
  const family_ = family === 4 ? 'ip' : 'ip6';
  return scripts.map((script, i) => {
    const ns = oneNamespace(['filter FORWARD -m conntrack --ctstate NEW'], { sysctl, family: family_ });
    return script.map((text) => {
      const { waitMs, packet } = readPacket(text, family, FIRST_PORT + i);
      ns.clock.us += waitMs * 1000 + 1;
      const { passage, verdict } = send(ns, packet);
      const client = formatIp(readPacket('>udp', family, 1).packet.src);
      return answerLine(verdict === 'accept' ? passage.state : 'lost', ns.nf.connections().map((text) => entryOf(text, client))[0]);
    });
  });
}

/** Of `conntrack -L`'s line. */
function entryOf(text: string, client: string): LinuxEntry {
  const [, seconds = '', state = '', src = ''] = /^\S+ \d+ (\d+)(?: ([A-Z_0-9]+))? src=(\S+)/.exec(text) ?? [];
  const by = src === client ? '>' : '<';
  return { by, state, seconds: Number(seconds), replied: !text.includes('[UNREPLIED]'), assured: text.includes('[ASSURED]') };
}

export function answerLine(state: string, entry: LinuxEntry | undefined): string {
  if (entry === undefined) return `${state}, no entry`;
  const { by, seconds, replied, assured } = entry;
  const flags = `${replied ? ' replied' : ''}${assured ? ' assured' : ''}`;
  return `${state}, ${by} ${entry.state === '' ? '' : `${entry.state} `}${Math.max(1, Math.ceil(seconds / 5)) * 5}${flags}`;
}
