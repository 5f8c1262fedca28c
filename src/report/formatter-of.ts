/** A report in the shape that Cucumber loads. */
import type { Envelope } from './envelope.js';

/** Format options under `hopspec`, which `hopspec run` sets. */
export interface FormatOptions {
  /** `2/4`; null for a whole run. */
  readonly shard: string | null;
}

export interface FormatterContext {
  readonly on: (event: 'message', handler: (envelope: Envelope) => void) => void;
  readonly write: (text: string) => void;
  readonly options: Partial<FormatOptions>;
}

export interface CucumberFormatter {
  readonly type: 'formatter';
  readonly optionsKey: 'hopspec';
  readonly formatter: (context: FormatterContext) => void;
}

type Report = (write: (text: string) => void, options: FormatOptions) => { read(envelope: Envelope): void };

export function formatterOf(report: Report): CucumberFormatter {
  return {
    type: 'formatter',
    optionsKey: 'hopspec',
    formatter({ on, write, options }) {
      const { read } = report(write, { shard: options.shard ?? null });
      on('message', read);
    },
  };
}
