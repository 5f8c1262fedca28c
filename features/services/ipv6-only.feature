Feature: A cluster of IPv6 alone
  Its nodes, pods and Services have no IPv4 address. A Service that prefers two families has the one that there is; one that requires two is refused.

  Background:
    Given the cluster in "fixtures/clusters/ipv6.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec: {nodeName: node3, containers: [{name: main, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """
    And pod A on node2

  Scenario: Pods and Services have addresses of IPv6
    Then pod A field "status.podIP" is "fd00:10:244:1::2"
    And pod A field "status.podIPs.length" is 1
    And Service web field "spec.clusterIPs.length" is 1
    And Service web field "spec.ipFamilies[0]" is "IPv6"
    And Service web has endpoints:
      | address          | port | node  |
      | fd00:10:244:2::2 | 80   | node3 |
    And Service default/kubernetes field "spec.clusterIP" is "fd00:10:96::1"

  Scenario: A pod reaches another, and hosts outside with its node's address
    Then pod A can reach pod web
    And the server sees the client's own address
    And pod A can reach client laptop and is SNATed to fd00:192:168:1::20
    And client laptop can reach pod web via hostPort 8080 on node3
    And node2 can reach pod web

  Scenario: A second family is not to be had
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: two}
      spec: {ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "this cluster is not configured for dual-stack services"

  Scenario Outline: Services are served in every mode
    Given kube-proxy runs in <mode> mode
    Then pod A can reach Service web and is DNATed to [fd00:10:244:2::2]:80
    And client laptop can reach Service web via NodePort 30080 on node2 and the server sees fd00:10:244:1::
    And node2 can reach Service web

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: A name has a record of IPv6, asked of a name server of IPv6
    Then pod A resolves "web" to Service web
    And pod A has the resolv.conf:
      """
      search default.svc.cluster.local svc.cluster.local cluster.local
      nameserver fd00:10:96::a
      options ndots:5
      """
    And pod A can reach host "web" and is DNATed to [fd00:10:244:2::2]:80
