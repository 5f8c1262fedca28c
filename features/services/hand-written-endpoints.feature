Feature: Services without a selector
  Whoever writes the EndpointSlice decides where the traffic goes: to a host outside, to a port of choice, to one address of two slices.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod client on node2
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{name: sql, port: 5432}]}
      """

  Scenario: Nothing serves it before somebody writes a slice
    Then Service db has no endpoints
    And pod client cannot reach Service db and is refused

  Scenario Outline: A host outside of the cluster serves it
    Given kube-proxy runs in <mode> mode
    And the manifest:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints: [{addresses: [203.0.113.9]}]
      ports: [{name: sql, port: 15432, protocol: TCP}]
      """
    Then pod client can reach Service db and is DNATed to 203.0.113.9:15432

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: A slice with another port name is not the Service's
    Given the manifest:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.1.2]}]
      ports: [{name: mysql, port: 3306, protocol: TCP}]
      """
    Then pod client cannot reach Service db and is refused

  Scenario: An endpoint that is not ready gets nothing
    Given the manifest:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.1.2], conditions: {ready: false, serving: false}}]
      ports: [{name: sql, port: 80, protocol: TCP}]
      """
    Then pod client cannot reach Service db and is refused

  Scenario: One that terminates and still serves is the last resort
    Given pod old on node3
    And the manifest:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.2.2], conditions: {ready: false, serving: true, terminating: true}}]
      ports: [{name: sql, port: 80, protocol: TCP}]
      """
    Then pod client can reach Service db and is DNATed to pod old

  Scenario: Hints keep traffic in a zone, if every endpoint has them
    Given a cluster with nodes:
      | name  | zone |
      | node1 | a    |
      | node2 | a    |
      | node3 | b    |
    And pod near on node1
    And pod far on node3
    And the manifest:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}
      addressType: IPv4
      endpoints:
        - {addresses: [10.244.0.2], nodeName: node1, zone: a, hints: {forZones: [{name: a}]}}
        - {addresses: [10.244.2.2], nodeName: node3, zone: b, hints: {forZones: [{name: b}]}}
      ports: [{name: sql, port: 80, protocol: TCP}]
      """
    Then pod client can reach Service db and is answered only by pods on node1
    And it is spread over 1 endpoint
