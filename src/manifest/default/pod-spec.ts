/**
 * Defaults of pod specs, in Pods and in templates (Kubernetes v1.34 `pkg/apis/core/v1/defaults.go`, SetDefaults_PodSpec, _Container, _Probe
 * and the volumes'). What only Pods get is in src/api/admission/pod.ts.
 */
import { ensure, type Fields, inner, listOf, setDefault, setDefaults } from './fields.js';

export function defaultPodSpec(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of listOf(spec, list)) defaultContainer(container, spec['hostNetwork'] === true);
  }
  for (const volume of listOf(spec, 'volumes')) defaultVolume(volume);
  for (const constraint of listOf(spec, 'topologySpreadConstraints')) {
    setDefaults(constraint, { nodeAffinityPolicy: 'Honor', nodeTaintsPolicy: 'Ignore' });
  }
}

function defaultContainer(container: Fields, hostNetwork: boolean): void {
  setDefaults(container, {
    imagePullPolicy: isLatest(container['image']) ? 'Always' : 'IfNotPresent',
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    resources: {},
  });
  for (const port of listOf(container, 'ports')) {
    setDefault(port, 'protocol', 'TCP');
    if (hostNetwork) setDefault(port, 'hostPort', port['containerPort']);
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(inner(container, probe));
  for (const hook of ['postStart', 'preStop']) defaultHttpGet(inner(inner(inner(container, 'lifecycle'), hook), 'httpGet'));
  for (const variable of listOf(container, 'env')) {
    const fieldRef = inner(inner(variable, 'valueFrom'), 'fieldRef');
    if (fieldRef !== undefined) setDefault(fieldRef, 'apiVersion', 'v1');
  }
}

/** `nginx` and `nginx:latest`, but not `registry:5000/nginx:1.27` or a digest. */
function isLatest(image: unknown): boolean {
  if (typeof image !== 'string' || image.includes('@')) return false;
  const tag = /:([^:/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest';
}

function defaultProbe(probe: Fields | undefined): void {
  if (probe === undefined) return;
  for (const [field, value] of [
    ['timeoutSeconds', 1],
    ['periodSeconds', 10],
    ['successThreshold', 1],
    ['failureThreshold', 3],
  ] as const) {
    if (!probe[field]) probe[field] = value;
  }
  defaultHttpGet(inner(probe, 'httpGet'));
  const grpc = inner(probe, 'grpc');
  if (grpc !== undefined) setDefault(grpc, 'service', '');
}

function defaultHttpGet(httpGet: Fields | undefined): void {
  if (httpGet !== undefined) setDefaults(httpGet, { path: '/', scheme: 'HTTP' });
}

const MODE = 0o644;
const TOKEN_SECONDS = 3600;
const VOLUME_DEFAULTS: Readonly<Record<string, Readonly<Fields>>> = {
  secret: { defaultMode: MODE },
  configMap: { defaultMode: MODE },
  downwardAPI: { defaultMode: MODE },
  projected: { defaultMode: MODE },
  hostPath: { type: '' },
  iscsi: { iscsiInterface: 'default' },
};

function defaultVolume(volume: Fields): void {
  if (Object.keys(volume).every((field) => field === 'name')) ensure(volume, 'emptyDir');
  for (const [source, defaults] of Object.entries(VOLUME_DEFAULTS)) {
    const fields = inner(volume, source);
    if (fields !== undefined) setDefaults(fields, defaults);
  }
  for (const source of listOf(inner(volume, 'projected'), 'sources')) {
    const token = inner(source, 'serviceAccountToken');
    if (token !== undefined) setDefault(token, 'expirationSeconds', TOKEN_SECONDS);
  }
}
