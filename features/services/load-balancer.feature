Feature: Services of type LoadBalancer
  What a balancer's address does on a node: kube-proxy serves it wherever a packet for it arrives, keeps out who is not in the source ranges, and leaves
  balancers that answer themselves alone.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod web on node2 with labels app=web
    And pod client on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, nodePort: 30300}]}
      status: {loadBalancer: {ingress: [{ip: 198.51.100.1}]}}
      """

  Scenario: A pod that calls the balancer's address is served on its own node
    Then pod client can reach Service web via LoadBalancer
    And it is DNATed to pod web
    And it is SNATed to node3

  Scenario: Every such Service has a NodePort too, for the balancer
    Then client laptop can reach Service web via NodePort 30300 on node3

  Scenario: A Service without NodePorts is for balancers that call pods
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: direct}
      spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service direct field "spec.allocateLoadBalancerNodePorts" is "false"
    And pod client can reach Service direct via ClusterIP

  Scenario Outline: Source ranges let in who is in them, and nobody else
    Given kube-proxy runs in <mode> mode
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: closed}
      spec: {type: LoadBalancer, loadBalancerSourceRanges: [10.244.2.0/24], selector: {app: web}, ports: [{port: 80}]}
      status: {loadBalancer: {ingress: [{ip: 198.51.100.2}]}}
      """
    And pod stranger on node2
    Then pod client can reach address 198.51.100.2 on port 80
    And pod stranger cannot reach address 198.51.100.2 on port 80 and times out

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: Source ranges are no concern of the ClusterIP
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: closed}
      spec: {type: LoadBalancer, loadBalancerSourceRanges: [203.0.113.0/24], selector: {app: web}, ports: [{port: 80}]}
      status: {loadBalancer: {ingress: [{ip: 198.51.100.2}]}}
      """
    Then pod client can reach Service closed via ClusterIP

  Scenario: A balancer that answers for itself is called, not short-cut
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: proxied}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      status: {loadBalancer: {ingress: [{ip: 198.51.100.3, ipMode: Proxy}]}}
      """
    Then pod client cannot reach address 198.51.100.3 on port 80 and is unreachable

  Scenario: Policy Local is told to the balancer by a health check port
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32111, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service local field "spec.healthCheckNodePort" is 32111
    And node2 has the iptables rule "-A KUBE-NODEPORTS -p tcp * --dport 32111 -j ACCEPT"
