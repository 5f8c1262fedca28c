Feature: A cloud's load balancer
  The cloud gives a Service of type LoadBalancer an address outside of the cluster, and sends what comes for it to the nodes: to all that are not excluded, or with
  policy Local to those whose health check says that an endpoint is there.

  Background:
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane]}
        - {name: node2}
        - {name: node3}
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, pool: 198.51.100.0/24}
      """
    And pod web on node2 with labels app=web
    And pod client on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: The cloud's address is written into the Service's status
    Then Service web field "status.loadBalancer.ingress[0].ip" is "198.51.100.1"
    And Service web field "metadata.finalizers[0]" is "service.kubernetes.io/load-balancer-cleanup"
    And an event "EnsuredLoadBalancer" on Service web says "Ensured load balancer"

  Scenario Outline: A client outside comes in by any node that is not excluded
    Given kube-proxy runs in <mode> mode
    Then client laptop can reach Service web via LoadBalancer and is SNATed
    And it does not pass through master
    And client laptop can sometimes reach Service web via LoadBalancer and is SNATed to node3

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: With policy Local only nodes with an endpoint are sent to
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service local via LoadBalancer and is not SNATed
    And it does not pass through node3

  Scenario: A health check takes half a minute to see that the endpoint has moved
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    When pod web is labelled app=old
    And pod client is labelled app=web
    And 29 seconds pass
    Then client laptop can sometimes reach Service local via LoadBalancer
    When 1 second passes
    Then client laptop can reach Service local via LoadBalancer and does not pass through node2

  Scenario: Source ranges hold before the nodes too
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: closed}
      spec: {type: LoadBalancer, loadBalancerSourceRanges: [198.18.0.0/15], selector: {app: web}, ports: [{port: 80}]}
      """
    And an external client friend at 198.18.0.7
    Then client friend can reach Service closed via LoadBalancer
    And client laptop cannot reach Service closed via LoadBalancer and times out

  Scenario: A balancer that is a proxy calls the nodes' ports in its own name
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, pool: 198.51.100.0/24, ipMode: Proxy}
      """
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service local via LoadBalancer and the server sees 198.51.100.2
    And pod client can reach Service local via LoadBalancer and the server sees 198.51.100.2

  Scenario: The balancer goes with its Service
    When Service web is deleted
    Then client laptop cannot reach address 198.51.100.1 on port 80 and is unreachable

  Scenario: Packets that keep the address need no NodePort
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: plain}
      spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service plain via LoadBalancer
