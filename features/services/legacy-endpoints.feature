Feature: Endpoints, the older form of EndpointSlices
  Every Service has an Endpoints object of its name. The cluster writes those of Services with a selector, for older programs to read. Those of a Service
  without one are for people to write: they are mirrored to EndpointSlices, which are what kube-proxy reads.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod client on node2

  Scenario Outline: Hand-written Endpoints carry a Service without selector
    Given kube-proxy runs in <mode> mode
    And pod old on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: db}
      subsets: [{addresses: [{ip: 10.244.2.2}, {ip: 203.0.113.9}], ports: [{port: 80}]}]
      """
    Then pod client can reach Service db and is spread over 2 endpoints
    And pod client can sometimes reach Service db and is DNATed to 203.0.113.9:80
    And pod client can sometimes reach Service db and is DNATed to pod old

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: An address that is not ready gets nothing
    Given pod old on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: db}
      subsets: [{addresses: [{ip: 10.244.2.2}], notReadyAddresses: [{ip: 10.244.2.9}], ports: [{port: 80}]}]
      """
    Then Service db has endpoints:
      | address    | port | ready |
      | 10.244.2.2 | 80   | yes   |
      | 10.244.2.9 | 80   | no    |
    And pod client can reach Service db and is spread over 1 endpoint

  Scenario: Endpoints that ask not to be mirrored carry nothing
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {ports: [{port: 5432}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: db, labels: {endpointslice.kubernetes.io/skip-mirror: "true"}}
      subsets: [{addresses: [{ip: 203.0.113.9}], ports: [{port: 80}]}]
      """
    Then Service db has no endpoints
    And pod client cannot reach Service db and is refused

  Scenario: Each subset keeps its own ports
    Given pod one on node2 listening on TCP 8080
    And pod two on node3 listening on TCP 9090
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Endpoints
      metadata: {name: web}
      subsets:
        - {addresses: [{ip: 10.244.1.3}], ports: [{port: 8080}]}
        - {addresses: [{ip: 10.244.2.2}], ports: [{port: 9090}]}
      """
    Then pod client can sometimes reach Service web and is DNATed to 10.244.1.3:8080
    And pod client can sometimes reach Service web and is DNATed to 10.244.2.2:9090

  Scenario: The Endpoints of a Service with a selector are its pods
    Given pod one on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    Then Endpoints web field "subsets[0].addresses[0].ip" is "10.244.1.3"
    And Endpoints web field "subsets[0].addresses[0].targetRef.name" is "one"
    And Endpoints web field "subsets[0].ports[0].port" is 80

  Scenario: Who writes over them is written over himself
    Given pod one on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Endpoints
      metadata: {name: web}
      subsets: [{addresses: [{ip: 203.0.113.9}], ports: [{port: 80}]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    Then Endpoints web field "subsets[0].addresses[0].ip" is "10.244.1.3"
    And pod client can reach Service web and is DNATed to pod one

  Scenario: The API servers are endpoints of the Service kubernetes
    Then Endpoints kubernetes field "subsets[0].addresses[0].ip" is "192.168.1.10"
    And Service kubernetes has endpoints:
      | address      | port |
      | 192.168.1.10 | 6443 |
    And pod client can reach Service kubernetes and is DNATed to 192.168.1.10:6443

  Scenario: An address that no endpoint may have is refused
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Endpoints
      metadata: {name: db}
      subsets: [{addresses: [{ip: 127.0.0.1}], ports: [{port: 80}]}]
      """
    Then applying the manifest is refused with "may not be in the loopback range (127.0.0.0/8, ::1/128)"

  Scenario: Whoever deletes the Service kubernetes has it back ten seconds later
    When Service kubernetes is deleted
    And 10 seconds pass
    Then pod client can reach Service kubernetes and is DNATed to 192.168.1.10:6443
