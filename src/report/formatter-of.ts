/** A report in the shape that Cucumber loads. */
import type { Envelope } from './envelope.js';

export interface FormatterContext {
  readonly on: (event: 'message', handler: (envelope: Envelope) => void) => void;
  readonly write: (text: string) => void;
}

export interface CucumberFormatter {
  readonly type: 'formatter';
  readonly formatter: (context: FormatterContext) => void;
}

export function formatterOf(report: (write: (text: string) => void) => { read(envelope: Envelope): void }): CucumberFormatter {
  return {
    type: 'formatter',
    formatter({ on, write }) {
      const { read } = report(write);
      on('message', read);
    },
  };
}
