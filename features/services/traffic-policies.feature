Feature: externalTrafficPolicy and internalTrafficPolicy
  Cluster may use any endpoint and masquerades outside clients. Local keeps the client's address, and uses endpoints of the called node only: without
  one the packet is dropped.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        nodeName: node2
        containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web-local}
      spec:
        type: NodePort
        externalTrafficPolicy: Local
        selector: {app: web}
        ports: [{port: 80, nodePort: 30100}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web-inside}
      spec:
        internalTrafficPolicy: Local
        selector: {app: web}
        ports: [{port: 80}]
      """

  Scenario: Local keeps the client's address on a node with an endpoint
    Then client laptop can reach Service web-local via NodePort 30100 on node2 and is not SNATed
    And the server sees 203.0.113.9

  Scenario: Local drops on a node without an endpoint
    Then client laptop cannot reach Service web-local via NodePort 30100 on node3 and times out
    And it is dropped by Service web-local
    And it is dropped by Service web-local on node3
    And it is dropped on node3 in KUBE-EXTERNAL-SERVICES

  Scenario: A pod reaches the Local port of its own node through all endpoints
    Given pod A on node3
    Then pod A can reach Service web-local via NodePort 30100 on node3 and is not SNATed

  Scenario: internalTrafficPolicy Local serves the node's own pods only
    Given pod near on node2
    And pod far on node3
    Then pod near can reach Service web-inside and stays on node2
    And pod far cannot reach Service web-inside and times out
