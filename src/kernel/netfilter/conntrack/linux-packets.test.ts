/**
 * Connection tracking packet by packet, as Linux does it: scripts of single packets through a router, whose answers (6.18) stand in
 * fixtures/kernel/conntrack. With HOPSPEC_UPDATE_GOLDEN=1, as root, Linux is asked again; with HOPSPEC_RUNS=N it is asked about N new random ones.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createRng } from '../../../base/rng.js';
import { readPacket } from './testing/packet-text.js';
import { answerLine, askSimulated, FIRST_PORT, type LinuxEntry, type PacketCase } from './testing/packet-scripts.js';
import { randomScript, randomSctpScript } from './testing/random-packets.js';

const FOLDER = 'fixtures/kernel/conntrack';
const ASKER = 'src/kernel/netfilter/conntrack/testing/ask-linux.py';
const ROOT = process.getuid?.() === 0;
const ASK_LINUX = process.env['HOPSPEC_UPDATE_GOLDEN'] === '1' && ROOT;
const RUNS = ROOT ? Number(process.env['HOPSPEC_RUNS'] ?? 0) : 0;
const SEED = Number(process.env['HOPSPEC_SEED'] ?? 1);

interface KeptCase extends Omit<PacketCase, 'scripts'> {
  /** Of the random scripts. */
  readonly random?: { readonly seed: number; readonly scripts: number; readonly sctp?: boolean };
  readonly scripts: readonly { readonly packets: readonly string[]; readonly linux: readonly string[] }[];
}

function asked(kept: KeptCase): PacketCase {
  if (kept.random === undefined || !ASK_LINUX) return { ...kept, scripts: kept.scripts.map(({ packets }) => packets) };
  return { ...kept, scripts: randomScripts(kept.random) };
}

function randomScripts({ seed, scripts, sctp }: NonNullable<KeptCase['random']>): string[][] {
  const rng = createRng(seed);
  return Array.from({ length: scripts }, () => (sctp === true ? randomSctpScript : randomScript)(rng, 5 + rng.below(16)));
}

function askLinux({ family, sysctl, scripts }: PacketCase): string[][] {
  const asked = scripts.map((script, i) =>
    script.map((text) => {
      const { from, waitMs, packet, bytes, key } = readPacket(text, family, FIRST_PORT + i);
      return { from, wait: waitMs, family, proto: packet.proto, bytes: Buffer.from(bytes).toString('hex'), key };
    }),
  );
  const input = JSON.stringify({ sysctl, scripts: asked });
  const told = JSON.parse(execFileSync('/usr/bin/python3', ['-B', '-S', ASKER], { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as [
    string | null,
    LinuxEntry | null,
  ][][];
  return told.map((answers) => answers.map(([state, entry]) => answerLine(state ?? 'lost', entry ?? undefined)));
}

function text(cases: readonly KeptCase[]): string {
  const script = ({ packets, linux }: KeptCase['scripts'][number]): string =>
    `      {"packets": [\n${packets.map((packet) => `        ${JSON.stringify(packet)}`).join(',\n')}],\n       "linux": [\n${linux.map((line) => `        ${JSON.stringify(line)}`).join(',\n')}]}`;
  const one = ({ scripts, ...rest }: KeptCase): string =>
    `  {\n${Object.entries(rest)
      .map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`)
      .join('')}    "scripts": [\n${scripts.map(script).join(',\n')}\n    ]\n  }`;
  return `[\n${cases.map(one).join(',\n')}\n]\n`;
}

for (const file of readdirSync(FOLDER).filter((name) => name.startsWith('packets-'))) {
  describe(`connection tracking follows packets as Linux does: ${file}`, () => {
    const path = `${FOLDER}/${file}`;
    let cases = JSON.parse(readFileSync(path, 'utf8')) as readonly KeptCase[];
    if (ASK_LINUX) {
      cases = cases.map((kept) => {
        const one = asked(kept);
        const answers = askLinux(one);
        return { ...kept, scripts: one.scripts.map((packets, i) => ({ packets, linux: answers[i] ?? [] })) };
      });
      writeFileSync(path, text(cases));
    }
    for (const kept of cases) {
      it(kept.name, () => {
        const one = asked(kept);
        compare(
          one,
          askSimulated(one),
          kept.scripts.map(({ linux }) => linux),
        );
      });
    }
  });
}

/** Packets with their answers, so that the first that differs is seen in its script. */
function compare({ scripts }: PacketCase, mine: readonly (readonly string[])[], linux: readonly (readonly string[])[]): void {
  for (const [i, packets] of scripts.entries()) {
    const told = (answers: readonly string[] | undefined): string[] => packets.map((packet, k) => `${packet} → ${answers?.[k]}`);
    assert.deepEqual(told(mine[i]), told(linux[i]));
  }
}

it('follows random segments as Linux does', { skip: RUNS === 0 && 'HOPSPEC_RUNS=N asks Linux, as root, about N random scripts' }, () => {
  for (const [k, sysctl] of SETTINGS.entries()) {
    const one = {
      name: 'random',
      family: k % 2 === 0 ? 4 : 6,
      sysctl,
      scripts: randomScripts({ seed: SEED + k, scripts: RUNS, sctp: k > 3 }),
    } as const;
    compare(one, askSimulated(one), askLinux(one));
  }
});

/** So that each state has its own. */
const SCTP_TIMES = Object.fromEntries(
  ['closed', 'cookie_wait', 'cookie_echoed', 'established', 'shutdown_sent', 'shutdown_recd', 'shutdown_ack_sent', 'heartbeat_sent'].map(
    (state, i) => [`net.netfilter.nf_conntrack_sctp_timeout_${state}`, String(15 + 10 * i)],
  ),
);
const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'net.netfilter.nf_conntrack_tcp_be_liberal': '1' },
  { 'net.netfilter.nf_conntrack_tcp_loose': '0' },
  { 'net.netfilter.nf_conntrack_tcp_max_retrans': '1', 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': '1' },
  SCTP_TIMES,
  SCTP_TIMES,
];
