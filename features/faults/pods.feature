Feature: A pod fails
  Background:
    Given a cluster with 2 nodes
    And pod A on node1
    And pod B on node2 with labels app=web
    And pod C on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: A pod that stops being ready is no endpoint, and is reached by its own address
    When pod B stops being ready
    Then pod B is not ready
    And Service web has endpoints:
      | address    | ready |
      | 10.244.1.2 | no    |
      | 10.244.1.3 | yes   |
    And pod A can reach Service web and is DNATed to pod C
    And pod A can reach pod B

  Scenario: A container that crashes is started again, the second time after a while
    When the container of pod B crashes
    Then pod B is ready
    And container main of pod B restarts
    When container main of pod B crashes
    Then within 5 seconds pod B is not ready
    And Service web has endpoints:
      | address    | ready |
      | 10.244.1.2 | no    |
      | 10.244.1.3 | yes   |
    Then within 10 seconds pod B is ready

  # The veth goes with its pod, the bridge and its address stay.
  Scenario Outline: A node whose last pod has gone keeps its bridge, and says that nobody is behind it
    Given the CNI is flannel with backend "<backend>"
    When pod B is deleted
    And pod C is deleted
    Then node2 has the link "cni0"
    And pod A can reach address 10.244.1.1 by ping
    And pod A cannot reach address 10.244.1.2 on port 80 and is unreachable

    Examples:
      | backend |
      | host-gw |
      | vxlan   |

  Scenario: A node that never had a pod has no bridge, and nobody says anything
    Given a cluster with 3 nodes
    And pod A on node1
    Then pod A cannot reach address 10.244.2.2 on port 80 and times out
    When pod D on node3 listening on nothing
    And pod D is deleted
    Then pod A cannot reach address 10.244.2.2 on port 80 and is unreachable
