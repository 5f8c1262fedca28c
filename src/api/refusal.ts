/**
 * What the API server answers when it refuses a request: metav1.Status with reason, HTTP code and message, worded as
 * k8s.io/apimachinery `pkg/api/errors` and `pkg/util/validation/field` word it. `apiMessage` (and the one
 * problem's message) is the server's own text; `message` adds, as all errors do, where in the manifest it lies and how to mend it.
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
  /** Whether the field's name is wrong, or its value. */
  readonly part?: 'key' | 'value' | undefined;
}

/** Where a path stands in the source. */
export type Locate = (path: string, part?: 'key' | 'value') => SourcePosition | undefined;

export class Refusal extends InputError {
  readonly reason: RefusalReason;
  /** The HTTP status code. */
  readonly status: number;
  readonly causes: readonly Cause[];
  /** The server's text alone; `message` adds the place and how to mend it. */
  readonly apiMessage: string;
  private readonly locate: Locate | undefined;

  /** `others` are problems of other objects, reported in one go. */
  constructor(reason: RefusalReason, apiMessage: string, causes: readonly Cause[] = [], locate?: Locate, others: readonly Problem[] = []) {
    const first = causes[0];
    const position = locate?.(first?.path ?? '', first?.part);
    super([{ code: codeOf(reason), message: apiMessage, fix: fixOf(causes, locate), position }, ...others]);
    this.locate = locate;
    this.reason = reason;
    this.status = STATUS[reason];
    this.apiMessage = apiMessage;
    this.causes = causes;
  }

  /** The same refusal, saying where in the source its causes lie. */
  at(locate: Locate): Refusal {
    return new Refusal(this.reason, this.apiMessage, this.causes, locate);
  }

  /** The same refusal, with problems of other objects behind its own. */
  with(others: readonly Problem[]): Refusal {
    return new Refusal(this.reason, this.apiMessage, this.causes, this.locate, others);
  }
}

function codeOf(reason: RefusalReason): string {
  return `refused-${reason.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase()}`;
}

/** One cause: its fix. Several: each with its line, so that all can be mended at once. */
function fixOf(causes: readonly Cause[], locate: Locate | undefined): string | undefined {
  if (causes.length <= 1) return causes[0]?.fix;
  const fixes = causes.flatMap(({ path, part, fix }) => {
    const position = locate?.(path, part);
    if (fix === undefined && position === undefined) return [];
    const place = position === undefined ? path : `line ${position.line}, ${path}`;
    return [fix === undefined ? place : `${place}: ${fix}`];
  });
  return fixes.length === 0 ? undefined : fixes.join('\n       ');
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
