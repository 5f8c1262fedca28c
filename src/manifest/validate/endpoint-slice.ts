/** EndpointSlices (Kubernetes v1.34 `pkg/apis/discovery/validation`). Left out: hints. */
import { duplicateValue, invalidValue, requiredValue, tooMany } from '../../api/field-error.js';
import type { Cause } from '../../api/refusal.js';
import type { EndpointSlice } from '../../api/types/core.js';
import { parseIp } from '../../base/ip.js';
import { dns1123Subdomain } from '../../api/name-syntax.js';
import { nameOfLabel, nonSpecialIp, oneOf, PROTOCOLS } from './shared-rules.js';

const ADDRESSES_MAX = 100;
const PORTS_MAX = 100;
const ENDPOINTS_MAX = 1000;

export function validateEndpointSlice({ addressType, endpoints, ports = [] }: EndpointSlice): Cause[] {
  const causes = oneOf('addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
  if (endpoints.length > ENDPOINTS_MAX) return [...causes, tooMany('endpoints', endpoints.length, ENDPOINTS_MAX)];
  for (const [i, { addresses = [], hostname }] of endpoints.entries()) {
    const path = `endpoints[${i}]`;
    if (addresses.length === 0) causes.push(requiredValue(`${path}.addresses`, 'must contain at least 1 address'));
    if (addresses.length > ADDRESSES_MAX) causes.push(tooMany(`${path}.addresses`, addresses.length, ADDRESSES_MAX));
    causes.push(...addresses.flatMap((address, j) => validateAddress(`${path}.addresses[${j}]`, address, addressType)));
    if (hostname !== undefined) causes.push(...nameOfLabel(`${path}.hostname`, hostname));
  }
  return [...causes, ...validatePorts(ports)];
}

export function validateEndpointSliceUpdate(now: EndpointSlice, before: EndpointSlice): Cause[] {
  return now.addressType === before.addressType ? [] : [invalidValue('addressType', now.addressType, 'field is immutable')];
}

function validateAddress(path: string, address: string, type: EndpointSlice['addressType']): Cause[] {
  if (type === 'FQDN') return dns1123Subdomain(address.replace(/\.$/, '')).map((detail) => invalidValue(path, address, detail));
  const ip = parseIp(address);
  const fits = ip !== undefined && (typeof ip === 'number') === (type === 'IPv4');
  return [...(fits ? [] : [invalidValue(path, address, `must be a valid ${type} address`)]), ...nonSpecialIp(path, address)];
}

function validatePorts(ports: NonNullable<EndpointSlice['ports']>): Cause[] {
  if (ports.length > PORTS_MAX) return [tooMany('ports', ports.length, PORTS_MAX)];
  return ports.flatMap(({ name = '', protocol }, i) => {
    const path = `ports[${i}]`;
    const causes = name === '' ? [] : nameOfLabel(`${path}.name`, name);
    if (ports.findIndex((port) => (port.name ?? '') === name) < i) causes.push(duplicateValue(`${path}.name`, name));
    return [...causes, ...oneOf(`${path}.protocol`, protocol, PROTOCOLS)];
  });
}
