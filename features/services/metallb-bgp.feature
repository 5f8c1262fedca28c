Feature: MetalLB announces by BGP
  Every node announces the address of a Service to the router, which spreads flows over all of them. With policy Local only nodes with an endpoint announce.

  Background:
    Given a cluster:
      """
      nodes:
        - {name: node1}
        - {name: node2}
        - {name: node3}
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: metallb-bgp, pool: 198.51.100.0/24}
      """
    And pod web on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario Outline: The router sends a flow to one node or another
    Given kube-proxy runs in <mode> mode
    Then client laptop can reach Service web via LoadBalancer and is SNATed
    And client laptop can sometimes reach Service web via LoadBalancer and is SNATed to node1
    And client laptop can sometimes reach Service web via LoadBalancer and is SNATed to node3

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: Policy Local is announced where an endpoint is
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service local via LoadBalancer and is not SNATed
    And it passes through node2
    And it does not pass through node1

  Scenario: A dead node's announcement ends with its hold time
    When node1 fails
    And 90 seconds pass
    Then client laptop can reach Service web via LoadBalancer and does not pass through node1

  Scenario: Without an endpoint the address is withdrawn
    When pod web is deleted
    Then client laptop cannot reach Service web via LoadBalancer and is unreachable

  Scenario: A pod that is on its way out and still serves is announced
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.1.2], nodeName: node2, conditions: {ready: false, serving: true, terminating: true}}]
      ports: [{port: 80, protocol: TCP}]
      """
    Then client laptop can reach Service db via LoadBalancer and passes through node2
