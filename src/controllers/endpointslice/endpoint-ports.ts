/**
 * The ports a pod serves a Service on (k8s.io/endpointslice util.go getEndpointPorts, FindPort): a named targetPort is looked up in the pod's
 * own containers and may so differ from pod to pod; a port that a pod does not name is left out for that pod.
 */
import { runningContainers } from '../../api/object/containers.js';
import type { EndpointPort, Pod, Service, ServicePort } from '../../api/types/core.js';

export function endpointPorts(service: Service, pod: Pod): readonly EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const servicePort of service.spec.ports ?? []) {
    const port = findPort(pod, servicePort);
    if (port === undefined) continue;
    ports.push({
      name: servicePort.name ?? '',
      protocol: servicePort.protocol ?? 'TCP',
      port,
      ...(servicePort.appProtocol === undefined ? {} : { appProtocol: servicePort.appProtocol }),
    });
  }
  return ports;
}

/** What makes two port lists the same: the order does not count. */
export function portMapKey(ports: readonly EndpointPort[] | undefined): string {
  const texts = (ports ?? []).map((port) => `${port.name ?? ''}/${port.protocol ?? ''}/${port.port ?? ''}/${port.appProtocol ?? ''}`);
  return texts.sort().join(',');
}

function findPort(pod: Pod, { targetPort, port, protocol = 'TCP' }: ServicePort): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port;
  for (const container of runningContainers(pod.spec)) {
    const found = container.ports?.find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}
