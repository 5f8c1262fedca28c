Feature: MetalLB gives a bare-metal cluster its load balancer
  A controller hands out addresses of the pool; on every node a speaker tells the network where they are. On layer 2 one node answers ARP for an address, and
  kube-proxy there takes what comes. By BGP every node announces it, and the router spreads flows over them.

  Background:
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane]}
        - {name: node2}
        - {name: node3}
      externals: [{name: laptop, address: 203.0.113.9}, {name: desk, address: 192.168.1.99}]
      loadBalancer: {kind: metallb-l2, pool: 192.168.1.240/29}
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

  Scenario: An address of the pool is written into the Service's status
    Then Service web field "status.loadBalancer.ingress[0].ip" is "192.168.1.240"
    And an event "IPAllocated" on Service web says "Assigned IP ["
    And an event "nodeAssigned" on Service web says "with protocol"

  Scenario Outline: A client outside reaches it through one node, which masquerades it
    Given kube-proxy runs in <mode> mode
    Then client laptop can reach Service web via LoadBalancer and is SNATed to node3
    And it passes through node3
    And it does not pass through master
    And the reply returns through node3
    And client desk can reach Service web via LoadBalancer and passes through node3

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario: In mode ipvs every node has the address, so that only strict ARP leaves the answer to one
    Given kube-proxy runs in ipvs mode with:
      """
      ipvs: {strictARP: true}
      """
    Then client laptop can reach Service web via LoadBalancer and passes through node3
    And it does not pass through master

  Scenario: A pod that calls it is served on its own node
    Given pod other on node2
    Then pod other can reach Service web via LoadBalancer and is DNATed to pod web
    And it stays on node2

  Scenario: When the node dies another takes over, ten seconds later
    When node3 fails
    And 9 seconds pass
    Then client laptop cannot reach Service web via LoadBalancer
    When 1 second passes
    Then client laptop can reach Service web via LoadBalancer and passes through node2

  Scenario: Policy Local announces from a node with an endpoint, and keeps the client's address
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service local via LoadBalancer and is not SNATed
    And it passes through node2
    And it does not pass through node3

  Scenario: Without an endpoint nobody announces
    When pod web is deleted
    Then client laptop cannot reach Service web via LoadBalancer and is unreachable

  Scenario: A node that is excluded announces nothing
    # kubeadm excludes nodes of the control plane.
    When node3 fails
    And node2 fails
    And 20 seconds pass
    Then client laptop cannot reach Service web via LoadBalancer

  Scenario: A Service may ask for an address of the pool
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: wanted, annotations: {metallb.io/loadBalancerIPs: 192.168.1.245}}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach address 192.168.1.245 on port 80

  Scenario: An address outside of the pool is not given
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: wanted, annotations: {metallb.io/loadBalancerIPs: 192.168.1.200}}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """
    Then an event "AllocationFailed" on Service wanted says "is not allowed in config"
    And client laptop cannot reach address 192.168.1.200 on port 80 and is unreachable

  Scenario: An address goes back to the pool with its Service's type
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service web field "status.loadBalancer" is "{}"
    And client laptop cannot reach address 192.168.1.240 on port 80 and is unreachable

  Scenario: A class leaves the Service to a balancer of its own
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: classed}
      spec: {type: LoadBalancer, loadBalancerClass: example.com/own, selector: {app: web}, ports: [{port: 80, nodePort: 30333}]}
      """
    Then client laptop cannot reach address 192.168.1.241 on port 80 and is unreachable
    And client laptop can reach Service classed via NodePort 30333 on node2
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: classed}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80, nodePort: 30333}]}
      """
    Then applying the manifest is refused with "spec.loadBalancerClass: Invalid value: \"null\": may not change once set"
