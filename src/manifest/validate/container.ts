/** Containers of a pod spec (Kubernetes v1.34 `pkg/apis/core/validation`, validateContainers). Left out: security contexts, lifecycle hooks, resize policies. */
import { parseQuantity } from '../../api/quantity.js';
import { duplicateValue, forbiddenField, invalidValue, requiredValue } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { Container, ContainerPort, EnvVar, Probe, Quantities } from '../../api/types/core.js';
import { portName, qualifiedName } from '../../api/name-syntax.js';
import { nameOfLabel, nonNegative, oneOf, portNumber, portNumberOrName, PROTOCOLS } from './shared-rules.js';

/** Fields that only validation reads. */
interface FullContainer extends Container {
  readonly imagePullPolicy?: string;
  readonly volumeMounts?: readonly { readonly name?: string; readonly mountPath?: string }[];
}

export interface ContainerContext {
  readonly hostNetwork: boolean;
  readonly volumes: ReadonlySet<string>;
  /** Names used before, by containers of either list. */
  readonly names: Set<string>;
}

export function validateContainer(container: FullContainer, path: string, context: ContainerContext): Cause[] {
  const { name, image, ports = [], env = [], volumeMounts = [] } = container;
  const causes: Cause[] = [];
  if (!name) causes.push(requiredValue(`${path}.name`, '', 'give the container a name'));
  else {
    causes.push(...nameOfLabel(`${path}.name`, name));
    if (context.names.has(name)) causes.push(duplicateValue(`${path}.name`, name));
    context.names.add(name);
  }
  if (!image) causes.push(requiredValue(`${path}.image`, '', 'name an image, such as nginx'));
  else if (image.trim() !== image) causes.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  causes.push(
    ...ports.flatMap((port, i) => validatePort(port, `${path}.ports[${i}]`, context.hostNetwork)),
    ...duplicateNames(ports, path),
  );
  causes.push(...env.flatMap((variable, i) => validateEnv(variable, `${path}.env[${i}]`)));
  causes.push(...volumeMounts.flatMap((mount, i) => validateMount(mount, `${path}.volumeMounts[${i}]`, context.volumes)));
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    causes.push(...validateProbe(container[probe], `${path}.${probe}`));
  causes.push(...oneOf(`${path}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']));
  return [...causes, ...validateResources(container.resources ?? {}, `${path}.resources`)];
}

function validatePort(port: ContainerPort, path: string, hostNetwork: boolean): Cause[] {
  const { name, containerPort, hostPort, protocol } = port;
  const causes = name === undefined || name === '' ? [] : portName(name).map((detail) => invalidValue(`${path}.name`, name, detail));
  if (!containerPort) causes.push(requiredValue(`${path}.containerPort`));
  else causes.push(...portNumber(`${path}.containerPort`, containerPort));
  if (hostPort !== undefined && hostPort !== 0) causes.push(...portNumber(`${path}.hostPort`, hostPort));
  if (hostNetwork && hostPort !== undefined && hostPort !== containerPort) {
    causes.push(invalidValue(`${path}.containerPort`, containerPort, 'must match `hostPort` when `hostNetwork` is true'));
  }
  return [...causes, ...oneOf(`${path}.protocol`, protocol, PROTOCOLS)];
}

function duplicateNames(ports: readonly ContainerPort[], path: string): Cause[] {
  return ports.flatMap(({ name }, i) =>
    name && ports.findIndex((port) => port.name === name) < i ? [duplicateValue(`${path}.ports[${i}].name`, name)] : [],
  );
}

function validateEnv({ name, value, valueFrom }: EnvVar, path: string): Cause[] {
  const causes: Cause[] = [];
  if (!name) causes.push(requiredValue(`${path}.name`));
  else if (!/^[\x20-\x3c\x3e-\x7e]+$/.test(name)) {
    causes.push(
      invalidValue(
        `${path}.name`,
        name,
        "a valid environment variable name must consist only of printable ASCII characters other than '='",
      ),
    );
  }
  if (valueFrom === undefined) return causes;
  if (value) causes.push(invalidValue(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  if (Object.keys(valueFrom).length === 0) {
    causes.push(
      invalidValue(`${path}.valueFrom`, '', 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`'),
    );
  }
  return causes;
}

function validateMount({ name, mountPath }: { name?: string; mountPath?: string }, path: string, volumes: ReadonlySet<string>): Cause[] {
  const causes: Cause[] = [];
  if (!name) causes.push(requiredValue(`${path}.name`));
  else if (!volumes.has(name))
    causes.push({ path: `${path}.name`, message: `${path}.name: Not found: ${JSON.stringify(name)}`, fix: `add a volume named ${name}` });
  if (!mountPath) causes.push(requiredValue(`${path}.mountPath`));
  return causes;
}

const HANDLERS: Readonly<Record<'exec' | 'httpGet' | 'tcpSocket' | 'grpc', (probe: FullProbe, path: string) => Cause[]>> = {
  exec: ({ exec }, path) => (exec?.command === undefined || exec.command.length === 0 ? [requiredValue(`${path}.command`)] : []),
  httpGet: ({ httpGet }, path) => [
    ...portNumberOrName(`${path}.port`, httpGet?.port ?? 0),
    ...oneOf(`${path}.scheme`, httpGet?.scheme, ['HTTP', 'HTTPS']),
  ],
  tcpSocket: ({ tcpSocket }, path) => portNumberOrName(`${path}.port`, tcpSocket?.port ?? 0),
  grpc: ({ grpc }, path) => portNumber(`${path}.port`, grpc?.port ?? 0),
};

/** Probe fields beside the modelled ones. */
interface FullProbe extends Probe {
  readonly httpGet?: (NonNullable<Probe['httpGet']> & { readonly scheme?: string }) | undefined;
  readonly grpc?: { readonly port: number };
  readonly timeoutSeconds?: number;
  readonly successThreshold?: number;
}

function validateProbe(probe: FullProbe | undefined, path: string): Cause[] {
  if (probe === undefined) return [];
  const handlers = (['exec', 'httpGet', 'tcpSocket', 'grpc'] as const).filter((name) => probe[name] !== undefined);
  const [handler, ...others] = handlers;
  const fix = 'write httpGet, tcpSocket, grpc or exec';
  const causes =
    handler === undefined ? [requiredValue(path, 'must specify a handler type', fix)] : HANDLERS[handler](probe, `${path}.${handler}`);
  causes.push(...others.map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type')));
  for (const field of ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const) {
    causes.push(...nonNegative(`${path}.${field}`, probe[field]));
  }
  const isReadiness = path.endsWith('.readinessProbe');
  const { successThreshold } = probe;
  if (!isReadiness && successThreshold !== undefined && successThreshold !== 1)
    causes.push(invalidValue(`${path}.successThreshold`, successThreshold, 'must be 1'));
  return causes;
}

export function validateResources(
  { requests = {}, limits = {} }: { requests?: Quantities | undefined; limits?: Quantities | undefined },
  path: string,
): Cause[] {
  const causes: Cause[] = [];
  for (const [list, amounts] of [
    ['limits', limits],
    ['requests', requests],
  ] as const) {
    for (const [name, amount] of Object.entries(amounts)) causes.push(...validateAmount(`${path}.${list}`, name, amount));
  }
  for (const [name, amount] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit === undefined || (parseQuantity(amount) ?? 0) <= (parseQuantity(limit) ?? 0)) continue;
    causes.push(invalidValue(`${path}.requests`, amount, `must be less than or equal to ${name} limit of ${limit}`));
  }
  return causes;
}

const RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];

function validateAmount(path: string, name: string, amount: string): Cause[] {
  const at = `${path}[${name}]`;
  const causes = qualifiedName(name).map((detail) => invalidValue(path, name, detail));
  const standard = RESOURCES.includes(name) || name.startsWith('hugepages-') || name.includes('/');
  if (!standard)
    causes.push(
      invalidValue(at, name, 'must be a standard resource for containers', `write one of ${RESOURCES.join(', ')}, or a name with a domain`),
    );
  return (parseQuantity(amount) ?? 0) < 0 ? [...causes, invalidValue(at, amount, 'must be greater than or equal to 0')] : causes;
}
