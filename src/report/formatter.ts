/** The report as a Cucumber formatter. */
import type { Envelope } from './envelope.js';
import { writeSpecReport } from './spec-report.js';

interface FormatterContext {
  readonly on: (event: 'message', handler: (envelope: Envelope) => void) => void;
  readonly write: (text: string) => void;
}

// Cucumber looks for the formatter in a module's default export.
// oxlint-disable-next-line import/no-default-export
export default {
  type: 'formatter',
  formatter({ on, write }: FormatterContext): void {
    const report = writeSpecReport(write);
    on('message', (envelope) => report.read(envelope));
  },
};
