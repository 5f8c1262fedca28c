/** core/v1 as far as it is modelled. After admission every defaulted field is present. */
import type { Condition, KubeObject, Labels, LabelRequirement, LabelSelector } from './meta.js';

export interface Namespace extends KubeObject {
  readonly kind: 'Namespace';
  readonly status?: { readonly phase?: 'Active' | 'Terminating' | undefined } | undefined;
}

export interface Node extends KubeObject {
  readonly kind: 'Node';
  readonly spec: NodeSpec;
  readonly status?: NodeStatus | undefined;
}
export interface NodeSpec {
  readonly podCIDR?: string | undefined;
  readonly podCIDRs?: readonly string[] | undefined;
  readonly providerID?: string | undefined;
  readonly taints?: readonly Taint[] | undefined;
  readonly unschedulable?: boolean | undefined;
}
export interface NodeStatus {
  readonly addresses?: readonly { readonly type: 'InternalIP' | 'ExternalIP' | 'Hostname'; readonly address: string }[] | undefined;
  readonly capacity?: Quantities | undefined;
  readonly allocatable?: Quantities | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly images?: readonly { readonly names: readonly string[]; readonly sizeBytes?: number | undefined }[] | undefined;
}
/** Resource name → quantity text such as `500m`, `8Gi`. */
export type Quantities = Readonly<Record<string, string>>;
export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  /** When a NoExecute taint was set, RFC 3339. */
  readonly timeAdded?: string | undefined;
}
export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: 'Equal' | 'Exists' | undefined;
  readonly value?: string | undefined;
  readonly effect?: Taint['effect'] | undefined;
  readonly tolerationSeconds?: number | undefined;
}

export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec: PodSpec;
  readonly status?: PodStatus | undefined;
}
export interface PodSpec {
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: Labels | undefined;
  readonly affinity?: Affinity | undefined;
  readonly tolerations?: readonly Toleration[] | undefined;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[] | undefined;
  readonly hostNetwork?: boolean | undefined;
  readonly hostname?: string | undefined;
  readonly subdomain?: string | undefined;
  /** ClusterFirst unless it says ClusterFirstWithHostNet, Default or None. */
  readonly dnsPolicy?: string | undefined;
  readonly dnsConfig?:
    | {
        readonly nameservers?: readonly string[] | undefined;
        readonly searches?: readonly string[] | undefined;
        readonly options?: readonly { readonly name?: string | undefined; readonly value?: string | undefined }[] | undefined;
      }
    | undefined;
  readonly enableServiceLinks?: boolean | undefined;
  readonly serviceAccountName?: string | undefined;
  readonly restartPolicy?: 'Always' | 'OnFailure' | 'Never' | undefined;
  readonly priority?: number | undefined;
  readonly schedulerName?: string | undefined;
  readonly terminationGracePeriodSeconds?: number | undefined;
  readonly initContainers?: readonly Container[] | undefined;
  readonly containers: readonly Container[];
}
export interface TopologySpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
  readonly labelSelector?: LabelSelector | undefined;
  readonly minDomains?: number | undefined;
  readonly matchLabelKeys?: readonly string[] | undefined;
  readonly nodeAffinityPolicy?: 'Honor' | 'Ignore' | undefined;
  readonly nodeTaintsPolicy?: 'Honor' | 'Ignore' | undefined;
}
export interface Container {
  readonly name: string;
  readonly image?: string | undefined;
  readonly args?: readonly string[] | undefined;
  readonly env?: readonly EnvVar[] | undefined;
  readonly envFrom?: readonly EnvFromSource[] | undefined;
  readonly ports?: readonly ContainerPort[] | undefined;
  readonly resources?: { readonly requests?: Quantities | undefined; readonly limits?: Quantities | undefined } | undefined;
  readonly readinessProbe?: Probe | undefined;
  readonly livenessProbe?: Probe | undefined;
  readonly startupProbe?: Probe | undefined;
  /** On an init container: it is a sidecar. */
  readonly restartPolicy?: 'Always' | undefined;
}
export interface EnvVar {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFrom?: EnvVarSource | undefined;
}
export interface EnvVarSource {
  readonly fieldRef?: { readonly fieldPath: string } | undefined;
  readonly configMapKeyRef?: KeyRef | undefined;
  readonly secretKeyRef?: KeyRef | undefined;
}
export interface KeyRef extends ObjectRefOfPod {
  readonly key: string;
}
/** Of the pod's namespace. */
export interface ObjectRefOfPod {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}
export interface EnvFromSource {
  readonly prefix?: string | undefined;
  readonly configMapRef?: ObjectRefOfPod | undefined;
  readonly secretRef?: ObjectRefOfPod | undefined;
}
export interface ContainerPort {
  readonly name?: string | undefined;
  readonly containerPort: number;
  readonly hostPort?: number | undefined;
  readonly hostIP?: string | undefined;
  readonly protocol?: Protocol | undefined;
}
export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export interface Probe {
  readonly httpGet?: { readonly port: number | string; readonly path?: string | undefined } | undefined;
  readonly tcpSocket?: { readonly port: number | string } | undefined;
  readonly exec?: { readonly command?: readonly string[] | undefined } | undefined;
  readonly initialDelaySeconds?: number | undefined;
  readonly periodSeconds?: number | undefined;
  readonly failureThreshold?: number | undefined;
}
export interface Affinity {
  readonly nodeAffinity?: NodeAffinity | undefined;
  readonly podAffinity?: PodAffinity | undefined;
  readonly podAntiAffinity?: PodAffinity | undefined;
}
export interface NodeAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: { readonly nodeSelectorTerms: readonly NodeSelectorTerm[] } | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly preference: NodeSelectorTerm }[]
    | undefined;
}
export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly LabelRequirement[] | undefined;
  readonly matchFields?: readonly LabelRequirement[] | undefined;
}
export interface PodAffinity {
  readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] | undefined;
  readonly preferredDuringSchedulingIgnoredDuringExecution?:
    | readonly { readonly weight: number; readonly podAffinityTerm: PodAffinityTerm }[]
    | undefined;
}
export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly namespaceSelector?: LabelSelector | undefined;
  readonly topologyKey: string;
}
export interface PodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown' | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly nominatedNodeName?: string | undefined;
  readonly podIP?: string | undefined;
  readonly podIPs?: readonly { readonly ip: string }[] | undefined;
  readonly hostIP?: string | undefined;
  readonly hostIPs?: readonly { readonly ip: string }[] | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly startTime?: string | undefined;
  readonly containerStatuses?: readonly ContainerStatus[] | undefined;
  readonly initContainerStatuses?: readonly ContainerStatus[] | undefined;
}
export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean | undefined;
  readonly restartCount: number;
  readonly image?: string | undefined;
  readonly state: {
    readonly running?: { readonly startedAt: string } | undefined;
    readonly waiting?: { readonly reason: string; readonly message?: string | undefined } | undefined;
    readonly terminated?: { readonly exitCode: number; readonly reason: string; readonly finishedAt?: string | undefined } | undefined;
  };
  readonly lastState?: ContainerStatus['state'] | undefined;
}

export interface Service extends KubeObject {
  readonly kind: 'Service';
  readonly spec: ServiceSpec;
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly LoadBalancerIngress[] | undefined } | undefined } | undefined;
}
export interface LoadBalancerIngress {
  readonly ip?: string | undefined;
  readonly hostname?: string | undefined;
  readonly ipMode?: 'VIP' | 'Proxy' | undefined;
}
export interface ServiceSpec {
  readonly type?: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName' | undefined;
  readonly selector?: Labels | undefined;
  readonly clusterIP?: string | undefined;
  readonly clusterIPs?: readonly string[] | undefined;
  readonly ipFamilies?: readonly ('IPv4' | 'IPv6')[] | undefined;
  readonly ipFamilyPolicy?: 'SingleStack' | 'PreferDualStack' | 'RequireDualStack' | undefined;
  readonly externalIPs?: readonly string[] | undefined;
  readonly externalName?: string | undefined;
  readonly ports?: readonly ServicePort[] | undefined;
  readonly externalTrafficPolicy?: 'Cluster' | 'Local' | undefined;
  readonly internalTrafficPolicy?: 'Cluster' | 'Local' | undefined;
  readonly trafficDistribution?: string | undefined;
  readonly sessionAffinity?: 'None' | 'ClientIP' | undefined;
  readonly sessionAffinityConfig?: { readonly clientIP?: { readonly timeoutSeconds?: number | undefined } | undefined } | undefined;
  readonly publishNotReadyAddresses?: boolean | undefined;
  readonly loadBalancerSourceRanges?: readonly string[] | undefined;
  readonly allocateLoadBalancerNodePorts?: boolean | undefined;
  readonly healthCheckNodePort?: number | undefined;
  readonly loadBalancerClass?: string | undefined;
}
export interface ServicePort {
  readonly name?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly port: number;
  readonly targetPort?: number | string | undefined;
  readonly nodePort?: number | undefined;
  readonly appProtocol?: string | undefined;
}

export interface EndpointSlice extends KubeObject {
  readonly kind: 'EndpointSlice';
  readonly addressType: 'IPv4' | 'IPv6' | 'FQDN';
  readonly endpoints: readonly Endpoint[];
  readonly ports?: readonly EndpointPort[] | undefined;
}
export interface Endpoint {
  readonly addresses: readonly string[];
  readonly conditions?:
    | { readonly ready?: boolean | undefined; readonly serving?: boolean | undefined; readonly terminating?: boolean | undefined }
    | undefined;
  readonly hostname?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly zone?: string | undefined;
  readonly hints?:
    | {
        readonly forZones?: readonly { readonly name: string }[] | undefined;
        readonly forNodes?: readonly { readonly name: string }[] | undefined;
      }
    | undefined;
  readonly targetRef?:
    | { readonly kind: string; readonly namespace?: string | undefined; readonly name: string; readonly uid?: string | undefined }
    | undefined;
}
export interface EndpointPort {
  readonly name?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly port?: number | undefined;
  readonly appProtocol?: string | undefined;
}

/** The older form, one object per Service. */
export interface Endpoints extends KubeObject {
  readonly kind: 'Endpoints';
  readonly subsets?: readonly EndpointSubset[] | undefined;
}
/** Every address serves every port. */
export interface EndpointSubset {
  readonly addresses?: readonly EndpointAddress[] | undefined;
  readonly notReadyAddresses?: readonly EndpointAddress[] | undefined;
  readonly ports?: readonly EndpointPort[] | undefined;
}
export interface EndpointAddress {
  readonly ip: string;
  readonly hostname?: string | undefined;
  readonly nodeName?: string | undefined;
  readonly targetRef?: Endpoint['targetRef'];
}

export interface Event extends KubeObject {
  readonly kind: 'Event';
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly count?: number | undefined;
  readonly involvedObject: { readonly kind: string; readonly namespace?: string | undefined; readonly name: string };
  readonly source?: { readonly component: string } | undefined;
}
