Feature: kube-proxy in user space, as it was until Kubernetes 1.25
  In the first mode of kube-proxy rules bring what is for a Service to the proxy itself, on the node where the packet is. The proxy takes the connection, calls one endpoint after
  another in turn, and carries what is said between the two. What follows from that is history, but clusters that were built on it are not.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And kube-proxy runs in userspace mode
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And pod A on node2
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: nobody}
      spec: {selector: {app: nobody}, ports: [{name: tcp, port: 80}, {name: udp, port: 53, protocol: UDP}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: shy}
      spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: shy}, ports: [{port: 80, nodePort: 30200}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: shy, labels: {app: shy}}
      spec: {nodeName: node3, containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}
      """

  Scenario: The endpoint sees the node, whoever called
    Then pod A can reach Service nginx via ClusterIP and is SNATed to node2
    And it is spread over 2 endpoints
    And it passes through chain KUBE-PORTALS-CONTAINER on node2
    And pod shy can reach Service shy via ClusterIP and the server sees 10.244.2.1

  Scenario: Rules turn the packet to the proxy, and its own connection goes on from there
    Given pod B on node3 listening on TCP 8080
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: b}
      spec: {selector: {app.kubernetes.io/name: b}, ports: [{port: 80, targetPort: 8080}]}
      """
    When pod B is labelled app.kubernetes.io/name=b
    Then pod A can reach Service b
    And the path is:
      | where | what                                                   |
      | pod A | eth0                                                   |
      | node2 | nat KUBE-PORTALS-CONTAINER REDIRECT to 10.244.1.1:*    |
      | node2 | cni0 delivered                                         |
      | node2 | flannel.1                                              |
      | node3 | cni0                                                   |
      | pod B | eth0 delivered                                         |
    And the reply path is:
      | where | what           |
      | pod B | eth0           |
      | node3 | flannel.1      |
      | node2 | eth0           |
      | node2 | cni0           |
      | pod A | eth0 delivered |

  Scenario: A client outside comes in by any node, localhost of a node too
    Then client laptop can reach Service nginx via NodePort 30001
    And client laptop can reach Service nginx via NodePort 30001 on node2 and is SNATed to node2
    And it passes through chain KUBE-NODEPORT-CONTAINER on node2
    And node2 can reach Service nginx via ClusterIP and is SNATed to node2
    And node2 can reach localhost on port 30001
    And pod A can reach address 10.244.1.1 on port 30001

  Scenario: Without an endpoint the proxy takes the connection, and closes it
    Then pod A cannot reach Service nobody on port 80 and is refused
    And it passes through chain KUBE-PORTALS-CONTAINER on node2
    And pod A cannot reach Service nobody on UDP port 53 and times out

  Scenario: It knows no policies: a Local NodePort works on every node, and the client's address is lost
    Then client laptop can reach Service shy via NodePort 30200 on node2
    And it is SNATed to node2

  Scenario: An endpoint that does not answer is passed over
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: mixed}
      spec: {clusterIP: 10.96.20.20, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: mixed}
      subsets: [{addresses: [{ip: 192.168.1.20}, {ip: 192.168.1.30}], ports: [{port: 10250}]}, {addresses: [{ip: 192.168.1.30}], ports: [{port: 9}]}]
      """
    Then pod A can reach address 10.96.20.20 on port 80
    And it is spread over 2 endpoints

  Scenario: It reads Endpoints, and no EndpointSlices
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: sliced}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: sliced-1, labels: {kubernetes.io/service-name: sliced}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.2.2]}]
      ports: [{port: 80}]
      """
    Then pod A cannot reach Service sliced and is refused

  Scenario: Its sockets are where portRange says, and a Service for which none is left is not served
    Given kube-proxy runs in userspace mode with:
      | portRange | 40000-40000 |
    Then node2 has the iptables rule '-A KUBE-PORTALS-CONTAINER -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https" -m tcp --dport 443 -j REDIRECT --to-ports 40000'
    And pod A cannot reach Service nginx via ClusterIP and is unreachable

  Scenario: Captures show both connections, one after the other
    When I capture on node2 any
    And pod A connects to Service shy on port 80
    Then the capture on node2 shows:
      """
      IP 10.244.1.3.* > 10.96.*.80: Flags [S], *
      IP 10.244.1.0.* > 10.244.2.*.80: Flags [S], *
      IP 10.244.2.*.80 > 10.244.1.0.*: Flags [P.], *
      IP 10.96.*.80 > 10.244.1.3.*: Flags [P.], *
      """

  Scenario: Names are resolved through the proxy as well
    Then pod A resolves "shy" to Service shy

  Rule: It takes its endpoints in turn, and may remember its clients

    Background:
      Given pod B on node3 with labels app=web
      And pod C on node2 with labels app=web
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: sticky}
        spec:
          type: NodePort
          selector: {app: web}
          ports: [{port: 80, nodePort: 30080}]
          sessionAffinity: ClientIP
          sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: loose}
        spec: {selector: {app: web}, ports: [{port: 80}]}
        """

    Scenario: Without affinity the next connection is the next endpoint's
      When pod A connects to Service loose
      And pod A connects to Service loose
      Then that connection is answered by another endpoint than the one before
      And that connection still works
      And 1000 connections from pod A to Service loose are spread within 0% of even

    Scenario: With affinity a client stays with its endpoint, until the time-out has passed since its last connection
      When pod A connects to Service sticky
      And 59 seconds pass
      And pod A connects to Service sticky
      Then that connection is answered by the same endpoint as the one before
      When 59 seconds pass
      And pod A connects to Service sticky
      Then that connection is answered by the same endpoint as the one before
      When 60 seconds pass
      And pod A connects to Service sticky
      Then that connection is answered by another endpoint than the one before

    Scenario: A first connection may be anybody's
      Then pod A can reach Service sticky and is spread over 2 endpoints

    Scenario: Every node's proxy remembers by itself, and a client outside by his own address
      When client laptop connects to Service sticky via NodePort 30080 on node2
      And client laptop connects to Service sticky via NodePort 30080 on node2
      Then that connection is answered by the same endpoint as the one before
      When client laptop connects to Service sticky via NodePort 30080 on node3
      Then that connection may be answered by another endpoint than the one before

    Scenario: An endpoint that goes is forgotten, and its connections are closed
      When pod A connects to Service sticky
      And pod B is labelled app=drained
      And pod A connects to Service sticky
      Then that connection still works
      And it is answered only by pods on node2
      When pod C is deleted
      Then that connection is closed

    Scenario: Who was given an endpoint that does not answer is given the next, and stays with that
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: half}
        spec: {sessionAffinity: ClientIP, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Endpoints
        metadata: {name: half}
        subsets: [{addresses: [{ip: 192.168.1.30}], ports: [{port: 10250}]}, {addresses: [{ip: 192.168.1.20}], ports: [{port: 9}]}]
        """
      When pod A connects to Service half
      And pod A connects to Service half
      Then that connection is answered by the same endpoint as the one before
      And that connection still works
