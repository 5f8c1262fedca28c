/** An error as the command line prints it: the message of a user's error as it is, and never a stack trace. */
import { HopspecError } from '../index.js';

export function errorText(error: unknown): string {
  if (error instanceof HopspecError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  if (process.env['HOPSPEC_DEBUG'] && error instanceof Error) return error.stack ?? message;
  return `hopspec itself failed: ${message}\n  fix: this is a defect of hopspec; HOPSPEC_DEBUG=1 shows where`;
}
