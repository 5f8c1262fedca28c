/** The fields of the cluster file (`hopspec.dev/v1` Cluster), in the form of schema/field-tables.ts. */
import { FIELD_TABLES } from '../schema/field-tables.js';
import { type Structures, structuresOf } from '../schema/structure.js';

export const clusterStructures: Structures = structuresOf({
  Cluster: 'apiVersion:s kind:s metadata:ClusterMeta spec:ClusterSpec',
  ClusterMeta: 'name:s labels:{s annotations:{s',
  ClusterSpec:
    'kubernetesVersion:o podCIDR:s serviceCIDR:s nodePortRange:s seed:l nodes:[ClusterNode underlay:Underlay cni:Cni kubeProxy:KubeProxy externals:[External loadBalancer:LoadBalancer dns:ClusterDns',
  ClusterNode: 'name:s roles:[s addresses:[s externalAddresses:[s podCIDR:s labels:{s taints:[Taint capacity:{q sysctls:{o',
  Underlay: 'kind:s mtu:i',
  Cni: 'name:s config:o',
  KubeProxy: 'mode:s config:o',
  External: 'name:s address:s addresses:[s',
  LoadBalancer: 'kind:s pool:s ipMode:s targets:s',
  ClusterDns: 'clusterDNS:[s clusterDomain:s nameservers:[s searches:[s options:[s',
  Taint: FIELD_TABLES['Taint'] ?? '',
});
