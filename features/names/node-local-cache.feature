Feature: NodeLocal DNSCache
  A name server in each node's own namespace takes the address of kube-dns for itself: rules that skip connection tracking let no proxy see what it takes.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"

  Scenario Outline: In mode <mode> pods ask their own node by the address they know
    Given kube-proxy runs in <mode> mode
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 10.96.0.10 on UDP port 53 and is not DNATed
    And it stays on node2
    And the path is:
      | where | what              |
      | pod A | eth0              |
      | node2 | cni0              |
      | node2 | filter INPUT ACCEPT |

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario: The rules and the device are those of the cache
    Given the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    Then node2 has the iptables rule '-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK'
    And node2 has the link "nodelocaldns"

  Scenario: In mode ipvs pods are given the cache's own address
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane], taints: []}
        - {name: node2}
        - {name: node3}
      kubeProxy: {mode: ipvs}
      dns: {clusterDNS: [169.254.20.10]}
      """
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache-ipvs.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 169.254.20.10 on UDP port 53 and stays on node2

  Scenario: It asks CoreDNS by TCP, and without CoreDNS it fails
    Given the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And node2 can reach Service kube-system/kube-dns-upstream on TCP port 53
    When Deployment kube-system/coredns is scaled to 0
    Then pod A does not resolve "nginx" because "SERVFAIL"

  Scenario: A node without it asks CoreDNS as ever
    Given the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    When pod kube-system/node-local-dns-node2 is deleted
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 10.96.0.10 on UDP port 53 and is DNATed
