/** Endpoints (Kubernetes v1.34 `pkg/apis/core/validation`, ValidateEndpoints). */
import { child, invalidValue, requiredValue } from '../../api/field-error.js';
import { dns1123Subdomain, qualifiedName } from '../../api/name-syntax.js';
import type { Cause } from '../../api/refusal.js';
import type { EndpointAddress, EndpointPort, Endpoints } from '../../api/types/core.js';
import { ipAddress, nameOfLabel, nonSpecialIp, oneOf, portNumber, PROTOCOLS } from './shared-rules.js';

export function validateEndpoints({ subsets = [] }: Endpoints): Cause[] {
  return subsets.flatMap(({ addresses = [], notReadyAddresses = [], ports = [] }, i) => {
    const path = `subsets[${i}]`;
    const empty = addresses.length + notReadyAddresses.length === 0;
    return [
      ...(empty ? [requiredValue(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((address, j) => validateAddress(`${path}.addresses[${j}]`, address)),
      ...notReadyAddresses.flatMap((address, j) => validateAddress(`${path}.notReadyAddresses[${j}]`, address)),
      ...ports.flatMap((port, j) => validatePort(`${path}.ports[${j}]`, port, ports.length > 1)),
    ];
  });
}

function validateAddress(path: string, { ip, hostname, nodeName }: EndpointAddress): Cause[] {
  const causes = ipAddress(child(path, 'ip'), ip);
  if (hostname) causes.push(...nameOfLabel(child(path, 'hostname'), hostname));
  if (nodeName !== undefined) {
    causes.push(...dns1123Subdomain(nodeName).map((detail) => invalidValue(child(path, 'nodeName'), nodeName, detail)));
  }
  return causes.length > 0 ? causes : nonSpecialIp(child(path, 'ip'), ip);
}

function validatePort(path: string, { name, port = 0, protocol, appProtocol }: EndpointPort, needsName: boolean): Cause[] {
  const causes: Cause[] = [];
  if (name) causes.push(...nameOfLabel(child(path, 'name'), name));
  else if (needsName) causes.push(requiredValue(child(path, 'name'), '', 'a subset with several ports needs a name for each'));
  causes.push(...portNumber(child(path, 'port'), port), ...oneOf(child(path, 'protocol'), protocol, PROTOCOLS));
  if (appProtocol)
    causes.push(...qualifiedName(appProtocol).map((detail) => invalidValue(child(path, 'appProtocol'), appProtocol, detail)));
  return causes;
}
