/** Cucumber's messages as they are, one JSON line each; a shard's say behind the first which one they are of. */
import { shardLine } from './merge/mark-shard.js';
import { formatterOf } from './formatter-of.js';

// Cucumber looks for the formatter in a module's default export.
// oxlint-disable-next-line import/no-default-export
export default formatterOf((write, { shard }) => ({
  read(envelope) {
    write(`${JSON.stringify(envelope)}\n`);
    if (envelope.meta && shard !== null) write(shardLine(shard));
  },
}));
