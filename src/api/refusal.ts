/**
 * What the API server answers when it refuses a request: metav1.Status with reason, HTTP code and message, worded as
 * k8s.io/apimachinery `pkg/api/errors` and `pkg/util/validation/field` word it. `message` is the server's own text; the problems carry, in
 * addition, where in the manifest each cause lies (formatProblem prints that).
 */
import { InputError, type Problem, type SourcePosition } from '../base/errors.js';
import { groupKind, groupResource } from './types/resource.js';

export type RefusalReason = 'Invalid' | 'Conflict' | 'AlreadyExists' | 'NotFound' | 'Forbidden' | 'BadRequest' | 'InternalError';

const STATUS: Readonly<Record<RefusalReason, number>> = {
  Invalid: 422,
  Conflict: 409,
  AlreadyExists: 409,
  NotFound: 404,
  Forbidden: 403,
  BadRequest: 400,
  InternalError: 500,
};

/** One cause of an Invalid or BadRequest refusal: its field, and its text including the field. */
export interface Cause {
  /** As the server writes it, e.g. `spec.ports[0].nodePort`; empty when the cause has no field. */
  readonly path: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

export class Refusal extends InputError {
  readonly reason: RefusalReason;
  /** The HTTP status code. */
  readonly status: number;
  readonly causes: readonly Cause[];
  override readonly message: string;

  constructor(reason: RefusalReason, message: string, causes: readonly Cause[] = [], problems?: readonly Problem[]) {
    super(problems ?? [{ code: codeOf(reason), message, fix: fixOf(causes) }]);
    this.reason = reason;
    this.status = STATUS[reason];
    this.message = message;
    this.causes = causes;
  }

  /** The same refusal, saying where in the source its causes lie. */
  at(position: (path: string) => SourcePosition | undefined): Refusal {
    const first = this.causes[0];
    const where = position(first?.path ?? '');
    const problem: Problem = { code: codeOf(this.reason), message: this.message, fix: fixOf(this.causes), position: where };
    return new Refusal(this.reason, this.message, this.causes, [problem]);
  }
}

function codeOf(reason: RefusalReason): string {
  return `refused-${reason.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()}`;
}

function fixOf(causes: readonly Cause[]): string | undefined {
  const fixes = [...new Set(causes.flatMap((cause) => (cause.fix === undefined ? [] : [cause.fix])))];
  return fixes.length === 0 ? undefined : fixes.join('; ');
}

/** 422: every cause, in the order found, equal ones once; `[a, b]` when there are several. */
export function invalid(kind: string, name: string, causes: readonly Cause[]): Refusal {
  const texts = [...new Set(causes.map((cause) => cause.message))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new Refusal('Invalid', `${groupKind(kind)} "${name}" is invalid: ${list}`, causes);
}

export function notFound(kind: string, name: string): Refusal {
  return new Refusal('NotFound', `${groupResource(kind)} "${name}" not found`);
}

export function alreadyExists(kind: string, name: string): Refusal {
  return new Refusal('AlreadyExists', `${groupResource(kind)} "${name}" already exists`);
}

export function conflict(kind: string, name: string, why = MODIFIED): Refusal {
  return new Refusal('Conflict', `Operation cannot be fulfilled on ${groupResource(kind)} "${name}": ${why}`);
}

const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function forbidden(kind: string, name: string, why: string): Refusal {
  return new Refusal('Forbidden', `${groupResource(kind)} "${name}" is forbidden: ${why}`);
}
