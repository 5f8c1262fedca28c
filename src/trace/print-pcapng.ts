/** pcapng needs a packet's bytes on the wire, which are not modelled yet. */
import { unsupported } from '../base/errors.js';
import type { Trace } from './trace.js';

export function printPcapng(trace: Trace): never {
  const { from, to } = trace.flow;
  throw unsupported(
    'unsupported-pcapng',
    `a pcapng file of the trace from ${from} to ${to} cannot be written: the bytes of packets are not modelled`,
    {
      fix: 'use --tcpdump or --json',
    },
  );
}
