/** Everything that reconciles in a cluster: the controller manager's controllers, the scheduler, and the kubelets with the CNI plug-in's IPAM. */
import type { ClusterSpec } from '../api/cluster.js';
import type { Controller } from '../api/controller.js';
import { createControllers } from '../controllers/all-controllers.js';
import { createKubernetesServiceController } from '../controllers/kubernetes-service/kubernetes-service-controller.js';
import { createLoadBalancerController } from '../controllers/load-balancer/load-balancer-controller.js';
import { cniOfCluster } from '../node/cni/cni-of-cluster.js';
import { createKubelet } from '../node/kubelet/kubelet.js';
import { createScheduler } from '../scheduler/scheduler.js';
import { apiServers } from './bootstrap.js';

/** `kubernetesIP`: the address of the Service `kubernetes`. */
export function clusterControllers(cluster: ClusterSpec, kubernetesIP: string): readonly Controller[] {
  const cni = cniOfCluster(cluster);
  const { podCIDRs, kubernetesVersion } = cluster;
  const balancer = createLoadBalancerController(cluster.loadBalancer);
  return [
    ...createControllers({ podCIDRs, kubernetesVersion }),
    createKubernetesServiceController({ clusterIP: kubernetesIP, apiServers: apiServers(cluster) }),
    ...(balancer === undefined ? [] : [balancer]),
    createScheduler(),
    createKubelet({ allocate: ({ node, view, taken, last }) => cni.allocate({ node, view, cluster }, taken, last) }),
  ];
}
