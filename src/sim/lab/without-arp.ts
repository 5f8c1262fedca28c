import type { FlowRecord } from '../../trace/flow-record.js';

/** Whether neighbours had to be asked depends on who sent before. */
export function withoutArp(record: FlowRecord): FlowRecord {
  return { ...record, events: record.events.filter((event) => event.kind !== 'arp') };
}
