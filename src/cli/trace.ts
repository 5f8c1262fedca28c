/** `hopspec trace`: every outcome of one connection, as data, as a tree, or in tcpdump's words. */
import { unsupported } from '../index.js';
import { printTcpdump } from '../trace/print-tcpdump.js';
import { printTree } from '../trace/print-tree.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { portFlag } from './number-flag.js';
import { openSimulation, type SimulationFlags } from './open-simulation.js';

interface TraceFlags extends SimulationFlags {
  readonly from: string;
  readonly to: string;
  readonly port?: string;
  readonly protocol?: string;
  readonly at?: string;
  readonly json?: boolean;
  readonly tcpdump?: boolean;
  readonly pcap?: string;
}

export function trace(flags: TraceFlags): ExitCode {
  if (flags.pcap !== undefined) throw unsupported('pcap', 'capture files are not written yet', { fix: '--tcpdump prints the packets' });
  const { from, to, protocol, at } = flags;
  const found = openSimulation(flags).trace({ from, to, protocol: protocol?.toUpperCase(), at, port: portFlag(flags.port) });
  if (flags.json) process.stdout.write(`${JSON.stringify(found, undefined, 2)}\n`);
  else process.stdout.write(flags.tcpdump ? printTcpdump(found) : printTree(found));
  return EXIT.ok;
}
