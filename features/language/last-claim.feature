Feature: What else is true of the last claim
  Each of these could stand in the sentence itself; alone it is about the connections that the sentence before spoke of.

  Background:
    Given a cluster with 3 nodes
    And pod A on node1
    And pod B on node2
    And pod C on node1

  Scenario: Of a way between nodes
    Then pod A can reach pod B
    And it is encapsulated
    And it is encapsulated in VXLAN
    And it is not encapsulated in IPIP
    And it is not SNATed to node1
    And it is not DNATed to pod C
    And it passes through node2
    And it does not pass through node3
    And it passes through chain FLANNEL-FWD
    And it does not pass through chain KUBE-MARK-MASQ
    And it does not pass through chain KUBE-MARK-MASQ on node2
    And it is answered only by pods on node2
    And the reply path is exactly:
      | where | what                            |
      | pod B | eth0                            |
      | node2 | veth*                           |
      | node2 | cni0                            |
      | node2 | flannel.1 encapsulates in VXLAN |
      | node2 | eth0                            |
      | node1 | eth0                            |
      | node1 | flannel.1 decapsulates VXLAN    |
      | node1 | cni0                            |
      | node1 | veth*                           |
      | pod A | eth0 delivered                  |

  Scenario: Of a way within a node
    Then pod A can reach pod C
    And it stays on node1

  Scenario: Of a connection that is not made
    Then pod A cannot reach pod B on port 81
    And it is refused
    Then pod A cannot reach address 10.244.0.99 on port 80
    And it is unreachable
    When the link between node1 and node2 is cut
    Then pod A cannot reach pod B
    And it times out
    And it is dropped
    And it is dropped in FORWARD
