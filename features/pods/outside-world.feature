Feature: Pods reach the outside world as their node
  Nobody outside knows a way back to a pod's address. flannel's masquerade rules give the packet the node's address on its way out.

  Background:
    Given a cluster with 3 nodes
    And an external client internet at 198.51.100.7
    And pod A on node2

  Scenario: The packet leaves with the node's address
    Then pod A can reach client internet on port 443 and is SNATed to node2
    And the server sees 192.168.1.20
    And it passes through chain FLANNEL-POSTRTG on node2
    And the reply returns through node2

  Scenario: Another node is the outside too
    Then pod A can reach node3 on port 10250 and is SNATed to node2

  Scenario: Nobody outside knows the way to a pod
    Then client internet cannot reach pod A and is unreachable
