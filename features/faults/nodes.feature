Feature: A node fails, and the cluster finds out
  A dead machine answers nobody, at once. The control plane hears of it by silence: the node's heartbeats stop, after 50 s it counts as lost and its
  pods as not ready, and 300 s later they are replaced elsewhere.

  Background:
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "host-gw"
    And pod A on node1
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 3
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            containers: [{name: web, image: nginx, ports: [{containerPort: 80}]}]
            topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {app: web}}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: Until its silence is noticed, the cluster counts on a dead node
    When node2 fails
    And 49 seconds pass
    Then pod A cannot reach node2 by ping
    And Deployment web has 3 ready replicas
    And the pods of Deployment web run on different nodes

  Scenario: A silent node is NotReady after 50 seconds, and its pods are no endpoints any more
    When node2 fails
    Then node2 is Ready
    And within 50 seconds node2 is NotReady
    And node2 is NotReady
    And Deployment web has 2 ready replicas
    And pod A can reach Service web and is spread over 2 endpoints

  Scenario: Five minutes later its pods are replaced on other nodes
    When node2 fails
    And 50 seconds pass
    Then within 5 minutes Deployment web has 3 ready replicas
    And pod A can reach Service web and does not pass through node2

  Scenario: A node that is back in time has lost nothing
    Given pod B on node2
    When node2 fails
    And 40 seconds pass
    And node2 recovers
    Then within 1 second node2 is Ready
    And pod A can reach pod B
    And at no time is Deployment web below 3 ready replicas

  Scenario: A drained node has no pods of controllers, and takes no new ones
    When node2 is drained
    Then Deployment web has 3 ready replicas
    And pod A can reach Service web and does not pass through node2
    And node node2 field "spec.unschedulable" is "true"

  Scenario: A node that joins takes part at once
    When node4 joins
    And Deployment web is scaled to 4
    Then within 1 second node4 is Ready
    And the pods of Deployment web run on different nodes
    And pod A can reach Service web and is spread over 4 endpoints
