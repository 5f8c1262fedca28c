/**
 * The variables that tell a container of Services (pkg/kubelet/envvars/envvars.go, kubelet_pods.go getServiceEnvVarMap): of every Service of its
 * namespace that has a clusterIP, unless enableServiceLinks is false, and always of `kubernetes` in `default`. Each has the names of
 * Kubernetes (WEB_SERVICE_HOST, WEB_SERVICE_PORT, WEB_SERVICE_PORT_HTTP) and those of Docker's links (WEB_PORT, WEB_PORT_80_TCP…).
 */
import type { Pod, Service, ServicePort } from '../../../api/types/core.js';
import type { StoreView } from '../../../api/view.js';

export interface ServiceVariable {
  readonly name: string;
  readonly value: string;
  /** `namespace/name`. */
  readonly service: string;
}

/** By name; several of one name are left to the order of a map of Go, which is none. */
export function serviceVariables(view: StoreView, { metadata, spec }: Pod): ReadonlyMap<string, readonly ServiceVariable[]> {
  const links = spec.enableServiceLinks !== false;
  const own = links ? view.list('Service', metadata.namespace) : [];
  const master = view.get('Service', 'default', 'kubernetes');
  const services = new Set([...(master === undefined ? [] : [master]), ...own]);
  const byName = new Map<string, ServiceVariable[]>();
  for (const variable of [...services].flatMap(variablesOf)) {
    const known = byName.get(variable.name);
    if (known === undefined) byName.set(variable.name, [variable]);
    else if (!known.some(({ value }) => value === variable.value)) known.push(variable);
  }
  return byName;
}

function variablesOf({ metadata, spec }: Service): readonly ServiceVariable[] {
  const { clusterIP = '', ports = [] } = spec;
  if (clusterIP === '' || clusterIP === 'None') return [];
  const prefix = variableName(metadata.name);
  const pairs: (readonly [string, string])[] = [
    [`${prefix}_SERVICE_HOST`, clusterIP],
    [`${prefix}_SERVICE_PORT`, String(ports[0]?.port)],
    ...ports
      .filter(({ name = '' }) => name !== '')
      .map(({ name = '', port }) => [`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port)] as const),
    ...ports.flatMap((port, i) => linkVariables(prefix, clusterIP, port, i === 0)),
  ];
  // A later one of the same Service has the word, as in the map that they are put into.
  return [...new Map(pairs)].map(([name, value]) => ({ name, value, service: `${metadata.namespace}/${metadata.name}` }));
}

function linkVariables(
  prefix: string,
  address: string,
  { port, protocol = 'TCP' }: ServicePort,
  first: boolean,
): readonly (readonly [string, string])[] {
  const scheme = protocol.toLowerCase();
  const url = `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`;
  const own = `${prefix}_PORT_${port}_${protocol}`;
  return [
    ...(first ? [[`${prefix}_PORT`, url] as const] : []),
    [own, url],
    [`${own}_PROTO`, scheme],
    [`${own}_PORT`, String(port)],
    [`${own}_ADDR`, address],
  ];
}

export function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
