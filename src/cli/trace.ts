/** `hopspec trace`: every outcome of one connection, as data, as a tree, as a diagram, or in tcpdump's words. */
import { recordNamed } from '../sim/dns/record-look-up.js';
import { captureFile } from '../trace/capture-file.js';
import { printMermaid } from '../trace/print-mermaid.js';
import { printTcpdump } from '../trace/print-tcpdump.js';
import { printTree } from '../trace/print-tree.js';
import type { Trace } from '../trace/trace.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { portFlag } from './number-flag.js';
import { openSimulation, type SimulationFlags } from './open-simulation.js';
import { writeWhole } from './write-whole.js';

interface TraceFlags extends SimulationFlags {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly protocol?: string;
  readonly at?: string;
  readonly json?: boolean;
  readonly tcpdump?: boolean;
  readonly mermaid?: boolean;
  readonly pcap?: string;
}

export function trace(flags: TraceFlags): ExitCode {
  const { from, to, protocol, at } = flags;
  const query = { from, to, protocol: protocol?.toUpperCase(), at, port: portFlag(flags.port) };
  const simulation = openSimulation(flags);
  const found = simulation.trace(query);
  if (flags.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else process.stdout.write(flags.tcpdump ? captures(found) : flags.mermaid ? printMermaid(found) : printTree(found));
  return flags.pcap === undefined || writeWhole(flags.pcap, captureFile(recordNamed(simulation, query)), 'capture')
    ? EXIT.ok
    : EXIT.reportNotWritten;
}

/** What tcpdump shows on every namespace of the way, in the order the packet meets them. */
function captures({ outcomes }: Trace): string {
  const blocks = outcomes.flatMap((outcome, i) => {
    const namespaces = [...new Set([...outcome.request, ...outcome.reply].map((hop) => hop.netns))];
    const rank = outcomes.length > 1 ? `outcome ${i + 1} of ${outcomes.length}, ` : '';
    return namespaces.map((netns) => ({ title: `# ${rank}${netns}\n`, text: printTcpdump(outcome, { netns, device: 'any' }) }));
  });
  return blocks
    .filter(({ text }) => text !== '')
    .map(({ title, text }) => title + text)
    .join('\n');
}
