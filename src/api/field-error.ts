/**
 * The wordings of one field's error (k8s.io/apimachinery `pkg/util/validation/field/errors.go`): `PATH: TYPE: VALUE: DETAIL`. Text values
 * stand in Go's quotes, numbers and truth values bare, lists and structures as JSON.
 */
import { nearest } from '../base/nearest.js';
import type { Cause } from './refusal.js';

export function invalidValue(path: string, value: unknown, detail: string, fix?: string): Cause {
  return { path, message: join(path, 'Invalid value', goValue(value), detail), fix };
}

export function requiredValue(path: string, detail = '', fix = `add ${path.slice(path.lastIndexOf('.') + 1)}`): Cause {
  return { path, message: join(path, 'Required value', detail), fix };
}

export function duplicateValue(path: string, value: unknown): Cause {
  return { path, message: join(path, 'Duplicate value', goValue(value)), fix: 'use it once' };
}

/** `supported` in the order the server prints them. */
export function unsupportedValue(path: string, value: unknown, supported: readonly string[]): Cause {
  const list = `supported values: ${supported.map(quote).join(', ')}`;
  const near = typeof value === 'string' ? nearest(value, supported) : undefined;
  const fix = near === undefined ? `write one of ${supported.join(', ')}` : `did you mean ${near}?`;
  return { path, message: join(path, 'Unsupported value', goValue(value), list), fix };
}

export function forbiddenField(path: string, detail: string): Cause {
  return { path, message: join(path, 'Forbidden', detail), fix: 'remove it' };
}

export function tooLong(path: string, max: number): Cause {
  return { path, message: join(path, 'Too long', `may not be more than ${max} bytes`) };
}

export function tooMany(path: string, actual: number, max: number): Cause {
  return { path, message: join(path, 'Too many', String(actual), `must have at most ${max} items`) };
}

/** `spec.ports[0].name` from `spec.ports[0]` and `name`. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(': ');
}

function goValue(value: unknown): string {
  return value === undefined ? 'null' : JSON.stringify(value);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
