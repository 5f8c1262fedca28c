Feature: The way between two nodes fails
  Only these two lose each other. The control plane hears nothing of it, so a Service goes on sending to endpoints that some nodes cannot reach.

  Background:
    Given a cluster with 3 nodes
    And pod A on node1
    And pod B on node2 with labels app=web
    And pod C on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: A cut link loses what goes between its two ends, and nothing else
    When the link between node1 and node2 is cut
    Then pod A cannot reach pod B and times out
    And pod A can reach pod C
    And pod C can reach Service web

  Scenario: A restored link carries again
    When the link between node1 and node2 is cut
    And the link between node1 and node2 is restored
    Then pod A can reach Service web

  Scenario: A link that loses packets lets some through
    When the link between node1 and node2 loses 10% of packets
    Then pod A can sometimes reach pod B by ping
    And pod C can reach pod B by ping

  Scenario: Plain routes between the nodes fail with the link too
    Given the CNI is flannel with backend "host-gw"
    When the link between node1 and node2 is cut
    Then pod A cannot reach Service web
    And pod A can reach pod C
