Feature: What a scenario changes, no other sees
  All of a Background's scenarios begin with the same cluster, whatever another did to it, and in any order.

  Background:
    Given a cluster with 2 nodes
    And pod A on node1
    And pod B on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: One takes the pod out of the Service
    When pod B is labelled app=db
    Then Service web has no endpoints
    And pod A cannot reach Service web and is refused

  Scenario: The next has it in the Service
    Then Service web has endpoints pod B
    And pod A can reach Service web

  Scenario: One cuts a link
    When the link between node1 and node2 is cut
    Then pod A cannot reach pod B

  Scenario: The next finds the link whole
    Then pod A can reach pod B and is answered only by pods on node2
