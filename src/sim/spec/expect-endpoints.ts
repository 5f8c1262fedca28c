/** Claims about the endpoints of a Service, read from its EndpointSlices. */
import { inputError } from '../../base/errors.js';
import type { Endpoint, EndpointSlice } from '../../api/types/core.js';
import { findObject } from '../lookup.js';
import { type ExpectContext, findPod, mismatch } from './expect-objects.js';

/** A row of the table as written: address, port, ready, node; empty cells are absent. */
export type EndpointRow = Readonly<Record<string, string>>;

const COLUMNS = ['address', 'port', 'ready', 'node'] as const;

/** The Service has just these pods as endpoints, in any order; none means no endpoints. */
export function expectEndpoints(context: ExpectContext, service: string, pods: readonly string[]): void {
  const name = (reference: NamespacedName): string => podName(reference, context.namespace);
  const wanted = pods.map((word) => name(findPod(context, word).metadata)).sort();
  const actual = endpointsOf(context, service)
    .map(({ endpoint }) => (endpoint.targetRef ? name(endpoint.targetRef) : (endpoint.addresses[0] ?? '')))
    .sort();
  if (wanted.join() === actual.join()) return;
  const sentence = pods.length === 0 ? 'no endpoints' : `endpoints ${pods.map((pod) => `pod ${pod}`).join(' and ')}`;
  const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
  throw mismatch('endpoints', `Service ${service} has ${sentence}`, list(wanted), list(actual));
}

type NamespacedName = { readonly namespace?: string | undefined; readonly name: string };

function podName({ namespace, name }: NamespacedName, current: string): string {
  return `pod ${namespace === current ? '' : `${namespace ?? ''}/`}${name}`;
}

/** Every row of the table is an endpoint, and every endpoint a row; only the columns given are compared. */
export function expectEndpointTable(context: ExpectContext, service: string, rows: readonly EndpointRow[]): void {
  const columns = COLUMNS.filter((column) => rows.some((row) => row[column] !== undefined));
  const unknown = rows.flatMap((row) => Object.keys(row)).find((column) => !COLUMNS.includes(column as (typeof COLUMNS)[number]));
  if (unknown !== undefined)
    throw inputError('unknown-column', `an endpoint table has no column "${unknown}"`, { fix: `its columns are ${COLUMNS.join(', ')}` });
  const line = (row: EndpointRow): string => columns.map((column) => row[column] ?? '').join(' | ');
  const wanted = rows.map(line).sort();
  const actual = endpointRows(context, service).map(line).sort();
  if (wanted.join('\n') === actual.join('\n')) return;
  const missing = wanted.filter((row) => !actual.includes(row));
  const extra = actual.filter((row) => !wanted.includes(row));
  const list = (some: readonly string[]): string => (some.length === 0 ? 'none' : some.join('; '));
  const difference = wanted.length > 1 || actual.length > 1 ? { missing: list(missing), extra: list(extra) } : {};
  throw mismatch('endpoints', `Service ${service} has endpoints: ${columns.join(' | ')}`, list(wanted), list(actual), difference);
}

function endpointRows(context: ExpectContext, service: string): EndpointRow[] {
  return endpointsOf(context, service).flatMap(({ slice, endpoint }) =>
    (slice.ports ?? []).map((port) => ({
      address: endpoint.addresses[0] ?? '',
      port: String(port.port ?? ''),
      ready: endpoint.conditions?.ready === false ? 'no' : 'yes',
      node: endpoint.nodeName ?? '',
    })),
  );
}

function endpointsOf(context: ExpectContext, service: string): { slice: EndpointSlice; endpoint: Endpoint }[] {
  const slash = service.indexOf('/');
  const wanted =
    slash < 0 ? { namespace: undefined, name: service } : { namespace: service.slice(0, slash), name: service.slice(slash + 1) };
  const { namespace, name } = findObject(context.view, 'Service', wanted, context.namespace).metadata;
  return context.view
    .list('EndpointSlice', namespace)
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === name)
    .flatMap((slice) => slice.endpoints.map((endpoint) => ({ slice, endpoint })));
}
