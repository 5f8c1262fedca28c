Feature: A sentence speaks of one, of every, of none
  What it says must hold for each of those that it means, whatever the network chooses.

  Background:
    Given a cluster with 3 nodes
    And pod A on node1 with labels app=web
    And pod B on node2 with labels app=web
    And pod C on node3 listening on nothing
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: Each reaches all the others
    Then every pod labelled app=web can reach each other
    And it is not SNATed

  Scenario: None reaches what nobody listens on
    Then no pod labelled app=web can reach pod C on port 80
    And it is refused

  Scenario: Some outcome is enough
    When pod B is deleted
    And the manifest is applied:
      """
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: more, labels: {kubernetes.io/service-name: web}}
      addressType: IPv4
      endpoints: [{addresses: [10.244.2.2]}]
      ports: [{port: 80}]
      """
    Then pod A can sometimes reach Service web

  Scenario: Of pods that nothing tells apart one is walked, however many they are
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: many}
      spec:
        replicas: 160
        selector: {matchLabels: {app: many}}
        template:
          metadata: {labels: {app: many}}
          spec: {containers: [{name: main, image: many, ports: [{containerPort: 80}]}]}
      """
    Then every pod of Deployment many can reach each other and is not SNATed
    And no pod of Deployment many can reach pod C on port 80
