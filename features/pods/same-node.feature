Feature: Pods on one node talk through the bridge
  flannel's bridge plug-in plugs every pod of a node into cni0. Two of them are on one L2 segment: frames go from veth to veth, no router
  lowers the TTL, nobody translates an address.

  Background:
    Given a cluster with 3 nodes
    And pod A on node2
    And pod B on node2

  Scenario: The bridge carries the frame from one veth to the other
    Then pod A can reach pod B, is not SNATed and stays on node2
    And the server sees the client's own address
    And it is not encapsulated
    And it takes 1 hop
    And the path is:
      | where | what           |
      | pod A | eth0           |
      | node2 | veth*          |
      | node2 | veth*          |
      | pod B | eth0 delivered |

  Scenario: Ping answers too
    Then pod A can reach pod B by ping

  Scenario: A closed port is refused by the pod itself
    Then pod A cannot reach pod B on port 8080 and is refused

  Scenario: Nobody has the address: the node's bridge asks in vain
    Then pod A cannot reach address 10.244.1.200 on port 80 and is unreachable

  Scenario: A Service whose endpoint is on the client's own node
    Given pod web on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod A can reach Service web, is not SNATed and stays on node2
    And the reply path is:
      | where   | what                      |
      | pod web | eth0                      |
      | node2   | nat un-DNAT to 10.96.*:80 |
      | pod A   | eth0 delivered            |
