/** The operations of eval, each: its fields in, its result out. Shapes are those of the documented interface. */
import {
  createSimulation,
  inputError,
  type ObjectRef,
  type ProbePlan,
  readClusterSpec,
  type TraceQuery,
  unsupported,
  writePlan,
} from '../../index.js';
import { formatRecord, resolveName } from '../../sim/dns/resolve-name.js';
import { environmentOf } from '../../sim/environment.js';
import { lagProxy } from '../../sim/lag-proxy.js';
import { scheduleNow } from '../../sim/schedule-now.js';
import { askEndpoints, type EndpointsQuery } from '../../sim/service-endpoints.js';
import { askProxy } from '../../sim/service-proxy.js';
import { applyPath } from '../open-simulation.js';
import { renderFormat } from '../render.js';
import { durationUs } from './duration.js';
import { runFault } from './fault.js';
import { type Fields, fieldsOf, listOf, optionalNumber, optionalText, textField } from './fields.js';
import type { EvalWorld } from './world.js';

type Run = (world: EvalWorld, fields: unknown) => unknown;

/** Part of the interface, but not modelled yet. */
export const UNBUILT: readonly string[] = ['connectivity', 'http'];

export const OPERATIONS: Readonly<Record<string, Run>> = {
  cluster: (world, fields) => {
    const simulation = createSimulation(readClusterSpec(clusterSpec(fields)));
    world.startAfresh(simulation);
    return { nodes: simulation.nodes };
  },
  apply: ({ simulation }, fields) => {
    const applied = simulation.applyObjects(Array.isArray(fields) ? (fields as unknown[]) : [fields], 'apply');
    return { applied };
  },
  'apply-files': ({ simulation }, fields) => {
    const paths = typeof fields === 'string' ? [fields] : listOf(fields, 'apply-files').map(String);
    return { applied: paths.flatMap((path) => applyPath(simulation, path)) };
  },
  delete: ({ simulation }, fields) => {
    const texts = (typeof fields === 'string' ? [fields] : listOf(fields, 'delete')).map(String);
    simulation.delete(texts.map(objectRef));
    return { deleted: texts };
  },
  label: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'label', ['object', 'labels']);
    simulation.label(objectRef(textField(fields, 'object')), labelsOf(fields['labels']));
  },
  settle: ({ simulation }) => ({ time: timeText(simulation.settle()) }),
  advance: ({ simulation }, fields) => ({ time: timeText(simulation.advance(durationUs(fields))) }),
  fault: ({ simulation }, value) => runFault(simulation, value),
  lag: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'lag', ['agent', 'node', 'by']);
    const agent = optionalText(fields, 'agent') ?? 'kube-proxy';
    if (agent !== 'kube-proxy') throw unsupported('agent-lag', `${agent} cannot lag: kube-proxy is the only agent that is modelled so`);
    lagProxy(simulation, optionalText(fields, 'node'), durationUs(fields['by']));
  },
  get: ({ simulation }, value) => {
    const { kind, namespace, name } = objectFields(value, 'get');
    const found = simulation.get(kind, namespace, name ?? '') ?? simulation.get(kind, namespace ?? simulation.namespace, name ?? '');
    if (found === undefined) throw inputError('not-found', `there is no ${kind} ${namespace ? `${namespace}/` : ''}${name}`);
    return found;
  },
  list: ({ simulation }, value) => {
    const { kind, namespace } = objectFields(value, 'list');
    return simulation.list(kind, namespace);
  },
  trace: ({ simulation }, value) => {
    if (isOfConnection(value)) return simulation.connections.trace(connectionOf(value, 'trace'), 'now');
    return simulation.trace(traceQuery(value, 'trace'));
  },
  connect: ({ simulation }, value) => {
    const connection = simulation.connections.open(traceQuery(value, 'connect'));
    return { connection, trace: simulation.connections.trace(connection, 'opening') };
  },
  use: ({ simulation }, value) => simulation.connections.use(connectionOf(value, 'use')),
  matrix: ({ simulation }, value) => {
    const fields = fieldsOf(value ?? {}, 'matrix', ['port', 'protocol', 'from', 'to']);
    const rows = simulation.matrix({
      port: optionalNumber(fields, 'port'),
      protocol: optionalText(fields, 'protocol')?.toUpperCase(),
      from: optionalText(fields, 'from'),
      to: optionalText(fields, 'to'),
    });
    return { rows };
  },
  render: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'render', ['node', 'format']);
    return { text: simulation.render(textField(fields, 'node'), renderFormat(optionalText(fields, 'format') ?? 'plan')) };
  },
  plan: ({ simulation }, value) => {
    const fields = fieldsOf(value ?? {}, 'plan', ['probes', 'listeners']);
    const plan = writePlan(simulation.plan(listOf(fields['probes'] ?? [], 'probes').map(probeOf))) as { listeners: unknown[] };
    return { ...plan, listeners: [...plan.listeners, ...listOf(fields['listeners'] ?? [], 'listeners')] };
  },
  proxy: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'proxy', ['node', 'from', 'to', 'port', 'protocol']);
    return askProxy(simulation, textField(fields, 'node'), {
      from: textField(fields, 'from'),
      to: textField(fields, 'to'),
      port: optionalNumber(fields, 'port'),
      protocol: optionalText(fields, 'protocol')?.toUpperCase(),
    });
  },
  endpoints: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'endpoints', ['node', 'service', 'servicePort', 'family']);
    const service = textField(fields, 'service');
    return askEndpoints(simulation, textField(fields, 'node'), {
      service: service.includes('/') ? service : `${simulation.namespace}/${service}`,
      servicePort: servicePort(fields['servicePort']),
      family: familyField(fields),
    });
  },
  resolve: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'resolve', ['from', 'name', 'type']);
    const { result, rcode, answer, authority, extra, queries, servers, seconds } = resolveName(simulation, {
      from: textField(fields, 'from'),
      name: textField(fields, 'name'),
      types: [optionalText(fields, 'type') ?? 'A'],
    });
    return {
      rcode: result === 'TIMEOUT' || result === 'UNREACHABLE' ? result : rcode,
      answer: answer.map(formatRecord),
      authority: authority.map(formatRecord),
      extra: extra.map(formatRecord),
      queries,
      servers,
      seconds,
    };
  },
  schedule: ({ simulation }, value) => {
    const { node, nominated, victims, nodes } = scheduleNow(simulation, fieldsOf(value, 'schedule', ['pod'])['pod']);
    return { node: node ?? null, nominated: nominated ?? null, victims, nodes };
  },
  environment: ({ simulation }, value) => {
    const fields = fieldsOf(value, 'environment', ['pod', 'container']);
    return { containers: environmentOf(simulation, textField(fields, 'pod'), optionalText(fields, 'container')) };
  },
  events: ({ simulation }) => simulation.list('Event'),
};

function traceQuery(value: unknown, op: string): TraceQuery {
  const fields = fieldsOf(value, op, TRACE_FIELDS);
  return {
    from: textField(fields, 'from'),
    to: textField(fields, 'to'),
    port: optionalNumber(fields, 'port'),
    protocol: optionalText(fields, 'protocol')?.toUpperCase(),
    at: optionalText(fields, 'at'),
  };
}

const TRACE_FIELDS = ['from', 'to', 'port', 'protocol', 'at'];

function isOfConnection(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'connection' in value;
}

function connectionOf(value: unknown, op: string): string {
  return textField(fieldsOf(value, op, ['connection']), 'connection');
}

function familyField(fields: Fields): EndpointsQuery['family'] {
  const text = optionalText(fields, 'family');
  if (text === undefined || text === 'IPv4' || text === 'IPv6') return text;
  throw inputError('bad-family', `family: ${JSON.stringify(text)} is no family of addresses`, { fix: 'write IPv4 or IPv6' });
}

function servicePort(value: unknown): string | number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw inputError('wrong-type', 'the field servicePort is the name or number of a port');
}

/** The bare spec, or a whole cluster file. */
function clusterSpec(fields: unknown): unknown {
  const isFile = typeof fields === 'object' && fields !== null && 'kind' in fields && 'spec' in fields;
  return isFile ? fields.spec : (fields ?? {});
}

/** `Kind/ns/name`, or `Kind/name` for what has no namespace. */
function objectRef(text: string): ObjectRef {
  const [kind, ...rest] = text.split('/');
  const name = rest.pop();
  if (!kind || !name || rest.length > 1)
    throw inputError('object-name', `${text} names no object`, { fix: 'Kind/namespace/name, or Kind/name' });
  return { kind: kind as ObjectRef['kind'], namespace: rest[0], name };
}

function objectFields(value: unknown, op: string): { kind: string; namespace: string | undefined; name: string | undefined } {
  const fields = fieldsOf(value, op, ['kind', 'namespace', 'name']);
  return { kind: textField(fields, 'kind'), namespace: optionalText(fields, 'namespace'), name: optionalText(fields, 'name') };
}

function labelsOf(value: unknown): Record<string, string | null> {
  const labels = Object.entries(fieldsOf(value, 'labels', Object.keys((value ?? {}) as Fields)));
  const wrong = labels.find(([, text]) => text !== null && typeof text !== 'string');
  if (wrong !== undefined) throw inputError('wrong-type', `the label ${wrong[0]} is text, or null to remove it`);
  return Object.fromEntries(labels) as Record<string, string | null>;
}

/** As in a plan's JSON. */
function probeOf(value: unknown): ProbePlan {
  const { timeout_ms: timeoutMs, ...probe } = value as Record<string, unknown>;
  return { proto: 'tcp', ...probe, ...(timeoutMs === undefined ? {} : { timeoutMs }) } as unknown as ProbePlan;
}

function timeText(us: number): string {
  return `${us / 1_000_000}s`;
}
