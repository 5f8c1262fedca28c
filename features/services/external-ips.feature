Feature: externalIPs
  Addresses that the network leads to the nodes by other means. kube-proxy serves them on whatever node a packet for them arrives.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod web on node2 with labels app=web
    And pod client on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {externalIPs: [192.0.2.80, 192.168.1.10], selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
      """

  Scenario Outline: A pod is served on its own node
    Given kube-proxy runs in <mode> mode
    Then pod client can reach Service web via ExternalIP 192.0.2.80
    And it is DNATed to pod web

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: A node's own address may be one
    Given kube-proxy runs in <mode> mode
    Then client laptop can reach address 192.168.1.10 on port 8080
    And it is SNATed to master

    Examples:
      | mode     |
      | iptables |
      | nftables |

  # There every other node takes the address for its own too, and drops what claims to come from it.
  Scenario: In mode ipvs that cuts the node off from the others
    Given kube-proxy runs in ipvs mode
    And pod near on master
    Then pod near cannot reach pod client and times out

  Scenario: An address that the network does not lead to a node is nobody's
    Then client laptop cannot reach address 192.0.2.80 on port 8080 and is unreachable

  Scenario: Policy Local goes for it too
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: here}
      spec: {type: NodePort, externalTrafficPolicy: Local, externalIPs: [192.168.1.10], selector: {app: web}, ports: [{port: 8081, targetPort: 80}]}
      """
    Then client laptop cannot reach address 192.168.1.10 on port 8081 and times out
