Feature: Pods on different nodes reach each other without NAT
  Kubernetes asks of every network that each pod sees the other's own address. flannel keeps that promise by plain routes where the nodes share a
  segment or the cloud knows the way, and by a tunnel where neither is so.

  Scenario: host-gw routes to the other node's address, without a tunnel
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "host-gw"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is not encapsulated
    And the path is:
      | where | what           |
      | pod A | eth0           |
      | node1 | cni0           |
      | node1 | eth0           |
      | node2 | eth0           |
      | node2 | cni0           |
      | pod B | eth0 delivered |
    And it has a path MTU of 1500
    And it takes 3 hops
    And node1 has the route "10.244.1.0/24 via 192.168.1.20 dev eth0"

  Scenario: VXLAN carries the packet in UDP between the nodes' addresses
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "vxlan"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is encapsulated in VXLAN
    And it is encapsulated in VXLAN between node1 and node2
    And the path is:
      | where | what                            |
      | pod A | eth0                            |
      | node1 | cni0                            |
      | node1 | flannel.1 encapsulates in VXLAN |
      | node1 | eth0                            |
      | node2 | eth0                            |
      | node2 | flannel.1 decapsulates VXLAN    |
      | node2 | cni0                            |
      | pod B | eth0 delivered                  |
    And node1 has the fdb entry "* dev flannel.1 dst 192.168.1.20 *"

  Scenario: The tunnel's 50 bytes are missing from every packet
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "vxlan"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B
    And it has a path MTU of 1450
    And it has an MSS of 1410

  Scenario: IPIP puts a second IP header before the packet
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "ipip"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is encapsulated in IPIP between node1 and node2
    And the path is:
      | where | what                              |
      | pod A | eth0                              |
      | node1 | cni0                              |
      | node1 | flannel.ipip encapsulates in IPIP |
      | node1 | eth0                              |
      | node2 | eth0                              |
      | node2 | flannel.ipip decapsulates IPIP    |
      | node2 | cni0                              |
      | pod B | eth0 delivered                    |
    And it has a path MTU of 1480
    And it takes 3 hops
    And node1 has the route "10.244.1.0/24 via 192.168.1.20 dev flannel.ipip onlink"

  Scenario: flannel's first form carries every packet through a program on each node
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "udp"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is encapsulated in UDP between node1 and node2
    And the path is:
      | where | what                         |
      | pod A | eth0                         |
      | node1 | cni0                         |
      | node1 | flannel0 encapsulates in UDP |
      | node1 | eth0                         |
      | node2 | eth0                         |
      | node2 | flannel0 decapsulates UDP    |
      | node2 | cni0                         |
      | pod B | eth0 delivered               |
    And it has a path MTU of 1472
    And node1 has the route "10.244.0.0/16 dev flannel0"

  Scenario: WireGuard seals the packet for the node that has the pod
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "wireguard"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is encapsulated in WireGuard between node1 and node2
    And the path is:
      | where | what                                 |
      | pod A | eth0                                 |
      | node1 | cni0                                 |
      | node1 | flannel-wg encapsulates in WireGuard |
      | node1 | eth0                                 |
      | node2 | eth0                                 |
      | node2 | flannel-wg decapsulates WireGuard    |
      | node2 | cni0                                 |
      | pod B | eth0 delivered                       |
    And it has a path MTU of 1420
    And node1 has the route "10.244.0.0/16 dev flannel-wg scope link"

  Scenario: In a VPC the cloud's route table knows every node's pods
    Given the cluster in "fixtures/clusters/vpc.yaml"
    And pod A on node1
    And pod B on node2
    Then pod A can reach pod B, is not SNATed and is not encapsulated
    And it has a path MTU of 1500
    And the path is:
      | where | what           |
      | pod A | eth0           |
      | node1 | cni0           |
      | node1 | eth0           |
      | node2 | eth0           |
      | node2 | cni0           |
      | pod B | eth0 delivered |

  Scenario Outline: Every pod reaches every other, whatever the backend
    Given a cluster with 3 nodes
    And the CNI is flannel with backend "<backend>"
    And pod A on node1
    And pod B on node1
    And pod C on node2
    And pod D on node3
    Then every pod can reach every other pod
    And it is not SNATed
    And every pod can reach every other pod by ping

    Examples:
      | backend   |
      | vxlan     |
      | host-gw   |
      | ipip      |
      | udp       |
      | wireguard |
