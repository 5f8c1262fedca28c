Feature: Whom a cloud's load balancer calls, and what it tells them
  A balancer that is a proxy takes the client's connection and makes another in its own name: to a node's port, or to a pod itself where the cloud's network knows the
  way. Who the client was, it can say in a PROXY header, which a server must expect.

  Background:
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, ipMode: Proxy}
      """
    And pod web on node2 with labels app=web
    And pod client on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web, annotations: {service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"}}
      spec: {type: LoadBalancer, clusterIP: 10.96.7.7, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: plain}
      spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: The server sees the balancer, and the PROXY header names the client
    Then client laptop can reach Service web via LoadBalancer and the server sees 198.51.100.1
    And the PROXY header names the client's own address
    And the PROXY header names 203.0.113.9
    And client laptop can reach Service plain via LoadBalancer and carries no PROXY header

  Scenario: The way goes on where the balancer calls a node's port
    Then client laptop can reach Service web via LoadBalancer
    And the path is:
      | where         | what                        |
      | client laptop | eth0                        |
      | underlay      | * delivered                 |
      | underlay      | br0                         |
      | node2         | nat KUBE-SEP-* DNAT to *    |
      | pod web       | eth0 delivered              |

  Scenario: Who calls from inside goes out to the balancer, and the header is there too
    Then pod client can reach Service web via LoadBalancer and the server sees 198.51.100.1
    And the PROXY header names node3

  Scenario: Who calls the ClusterIP or a NodePort brings no header, and a server that waits for one hangs
    Then pod client can reach Service web via ClusterIP and carries no PROXY header
    And client laptop can reach Service web via NodePort 30080 on node2
    And it carries no PROXY header

  Scenario: Pods as targets are called without kube-proxy, and no node stands between
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      underlay: {kind: vpc}
      cni: {name: flannel, config: {Backend: {Type: aws-vpc}}}
      loadBalancer: {kind: cloud, targets: pods}
      """
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: direct}
      spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}
      """
    And pod web-2 on node3 with labels app=web
    Then client laptop can reach Service direct via LoadBalancer and the server sees 198.51.100.3
    And it is spread over 2 endpoints
    And it does not pass through chain KUBE-EXT-*

  Scenario: A pod that is not ready is no target any more
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      underlay: {kind: vpc}
      cni: {name: flannel, config: {Backend: {Type: aws-vpc}}}
      loadBalancer: {kind: cloud, targets: pods}
      """
    And pod web-2 on node3 with labels app=web
    When pod web stops being ready
    Then client laptop can reach Service plain via LoadBalancer and is answered only by pods on node3

  Scenario: Pods that only the nodes know the way to are no targets for a balancer outside
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, targets: pods}
      """
    Then client laptop cannot reach Service plain via LoadBalancer and is refused

  Scenario: A balancer that is a proxy calls NodePorts, so a Service without them is not served
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: bare}
      spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop cannot reach Service bare via LoadBalancer and is refused

  Scenario Outline: A balancer that sends headers is a proxy, and a status that calls its address a VIP has kube-proxy answer in its place
    # ipMode of the status is VIP unless the cloud's controller knows better; kube-proxy then keeps to itself what pods and nodes send to the address.
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, ipMode: VIP}
      """
    And kube-proxy runs in <mode> mode
    Then Service web field "status.loadBalancer.ingress[0].ipMode" is "VIP"
    And client laptop can reach Service web via LoadBalancer and the server sees 198.51.100.1
    And the PROXY header names the client's own address
    And pod client can reach Service web via LoadBalancer and carries no PROXY header
    And it is DNATed to pod web
    And node3 can reach Service web via LoadBalancer and carries no PROXY header
    And client laptop can reach Service plain via LoadBalancer and is SNATed
    And it carries no PROXY header

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario: In mode ipvs such a balancer calls in vain: nodes hold its address themselves, and have no answer for who asks from it
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: cloud, ipMode: VIP}
      """
    And kube-proxy runs in ipvs mode
    Then client laptop cannot reach Service web via LoadBalancer and is refused
    And pod client can reach Service web via LoadBalancer and carries no PROXY header

  Scenario: MetalLB sends no headers, whatever a Service asks for
    Given a cluster:
      """
      nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
      externals: [{name: laptop, address: 203.0.113.9}]
      loadBalancer: {kind: metallb-bgp, pool: 198.51.100.0/24}
      """
    Then client laptop can reach Service web via LoadBalancer and carries no PROXY header
    And the server sees the client's own address
