Feature: NodePort opens a Service on every node
  A NodePort answers on every node, whether or not an endpoint runs there, the master included. With the policy Cluster the node that is called
  masquerades the client, so that the answer comes back through it.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"

  Scenario Outline: It answers on all three nodes, the master included
    Then client laptop can reach Service nginx via NodePort 30001 on <node>
    And client laptop can reach address <address> on port 30001

    Examples:
      | node   | address      |
      | master | 192.168.1.10 |
      | node2  | 192.168.1.20 |
      | node3  | 192.168.1.30 |

  Scenario: A sentence that names no node means all of them
    Then client laptop can reach Service nginx via NodePort 30001

  Scenario: The called node masquerades the client, and the answer comes back through it
    Then client laptop can reach Service nginx via NodePort 30001 on master and is SNATed to master
    And the reply returns through master

  Scenario: The way of a packet from a pod by the node's port to an endpoint
    Given pod A on node2
    Then pod A can reach Service nginx via NodePort 30001 on node2 and is SNATed to node2
    And the path is:
      | where       | what                                 |
      | pod A       | eth0                                 |
      | node2       | nat KUBE-SVC-* DNAT to 10.244.*:80   |
      | node2       | nat KUBE-POSTROUTING MASQUERADE to * |
      | pod nginx-* | eth0 delivered                       |

  Scenario: A node talks to its own port
    Then master can reach Service nginx via NodePort 30001 on master

  Scenario: A port that no Service has is refused
    Then client laptop cannot reach node2 on port 30002 and is refused
