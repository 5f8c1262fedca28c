Feature: Services, pods and nodes with addresses of both families
  In a dual-stack cluster every pod has an address of each family. A Service has those that it asks for, and each family has endpoints, rules and ways of its own.

  Background:
    Given the cluster in "fixtures/clusters/dual-stack.yaml"
    And the manifests in "fixtures/manifests/dual-stack.yaml"
    And pod A on node2

  Rule: Addresses and endpoints

    Scenario: A pod has an address of each family, and knows those of its node
      Then pod A field "status.podIPs[0].ip" is "10.244.1.2"
      And pod A field "status.podIPs[1].ip" is "fd00:10:244:1::2"
      And pod A field "status.hostIPs[1].ip" is "fd00:192:168:1::20"

    Scenario: A Service has one address unless it asks for two
      Then Service four field "spec.clusterIP" is "10.96.0.4"
      And Service four field "spec.clusterIPs.length" is 1
      And Service both field "spec.clusterIPs[1]" is "fd00:10:96::20"
      And Service six field "spec.ipFamilies[0]" is "IPv6"

    Scenario: Each family has slices of its own, and Endpoints have the first alone
      Then Service both has endpoints:
        | address          | port | node  |
        | 10.244.2.2       | 80   | node3 |
        | fd00:10:244:2::2 | 80   | node3 |
      And Endpoints both field "subsets[0].addresses[0].ip" is "10.244.2.2"
      And Endpoints six field "subsets[0].addresses[0].ip" is "fd00:10:244:2::2"

    Scenario: A second address is given back by the policy alone
      When the manifest is applied:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: both}
        spec: {type: NodePort, ipFamilyPolicy: SingleStack, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
        """
      Then Service both field "spec.clusterIPs.length" is 1

  Rule: Pods among themselves

    Scenario: A pod reaches another by either family, through a tunnel of that family
      Then pod A can reach pod web over IPv6 and is not SNATed
      And it is encapsulated in VXLAN between node2 and node3
      And it has a path MTU of 1430
      And pod A can reach pod web over IPv4
      And it has a path MTU of 1450

    Scenario: The path of an IPv6 packet
      Then pod A can reach pod web over IPv6
      And the path is:
        | where   | what                             |
        | pod A   | eth0                             |
        | node2   | cni0                             |
        | node2   | flannel-v6.1 encapsulates in VXLAN |
        | node3   | flannel-v6.1                     |
        | pod web | eth0 delivered                   |

    Scenario: A pod leaves the cluster with its node's address of the same family
      Then pod A can reach client laptop over IPv6 and is SNATed to fd00:192:168:1::20
      And pod A can reach client laptop over IPv4 and is SNATed to 192.168.1.20

    Scenario: A client outside reaches a hostPort by either family
      Given an external client tablet at 203.0.113.77 and 2001:db8::77
      Then client laptop can reach pod web via hostPort 8080 on node3 over IPv6 and the server sees the client's own address
      And client tablet can reach pod web via hostPort 8080 on node3 over IPv6 and the server sees 2001:db8::77
      And client laptop can reach pod web via hostPort 8080 on node3 over IPv4

  Rule: Services, whatever the proxy's mode

    Scenario Outline: A pod calls a Service by its address of either family
      Given kube-proxy runs in <mode> mode
      Then pod A can reach Service both via ClusterIP and is DNATed to 10.244.2.2:80
      And pod A can reach Service both via ClusterIP over IPv6 and is DNATed to [fd00:10:244:2::2]:80
      And the server sees the client's own address
      And pod A can reach Service six and is DNATed to [fd00:10:244:2::2]:80

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A node calls a Service over IPv6 with an address of its own
      Given kube-proxy runs in <mode> mode
      Then node2 can reach Service both via ClusterIP over IPv6 and is SNATed to node2

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A pod reaches itself through its Service
      Given kube-proxy runs in <mode> mode
      Then pod web can reach Service both via ClusterIP over IPv6 and is SNATed to node3

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A client outside calls a NodePort by a node's address of either family, and is masqueraded
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service both via NodePort 30080 on node2 over IPv6 and is SNATed to node2
      And the reply returns through node2
      And client laptop can reach Service both via NodePort 30080 over IPv4

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A NodePort is served in the families of its Service alone
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service six via NodePort 30006 on node3 over IPv6
      And client laptop cannot reach Service six via NodePort 30006 on node3 over IPv4
      And client laptop cannot reach Service four via NodePort 30004 on node3 over IPv6 and is refused

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A Service that nobody serves is refused in both families
      Given kube-proxy runs in <mode> mode
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: nobody}
        spec: {ipFamilyPolicy: PreferDualStack, selector: {app: nobody}, ports: [{port: 80}]}
        """
      Then pod A cannot reach Service nobody over IPv6 and is refused
      And pod A cannot reach Service nobody over IPv4 and is refused

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: externalTrafficPolicy Local keeps the client's address
      Given kube-proxy runs in <mode> mode
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: near}
        spec: {type: NodePort, externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80, nodePort: 30081}]}
        """
      Then client laptop can reach Service near via NodePort 30081 on node3 over IPv6 and the server sees 2001:db8::9
      And client laptop cannot reach Service near via NodePort 30081 on node2 over IPv6

      Examples:
        | mode     |
        | iptables |
        | nftables |

    Scenario Outline: externalIPs and source ranges count for the family that they are of
      Given kube-proxy runs in <mode> mode
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: open}
        spec:
          type: LoadBalancer
          ipFamilyPolicy: RequireDualStack
          selector: {app: web}
          externalIPs: ["fd00:192:168:1::30"]
          loadBalancerSourceRanges: [10.0.0.0/8, "2001:db8::/64"]
          ports: [{port: 8081, targetPort: 80}]
        """
      Then client laptop can reach Service open via ExternalIP fd00:192:168:1::30 and is DNATed to pod web

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: NodePorts are served on the addresses that the configuration says
      Given kube-proxy runs in <mode> mode with:
        | nodePortAddresses | [fd00:192:168:1::30/128] |
      Then client laptop can reach Service both via NodePort 30080 on node3 over IPv6
      And client laptop can reach Service both via NodePort 30080 on node3 over IPv4

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

  Rule: What the modes do not share

    Scenario: Mode iptables writes the rules of IPv6 into ip6tables
      Then node2 has the ip6tables rule "-A KUBE-SERVICES -d fd00:10:96::20/128 -p tcp -m comment --comment \"default/both cluster IP\" -m tcp --dport 80 -j KUBE-SVC-*"
      And node2 has the ip6tables rule "-A KUBE-SERVICES ! -d ::1/128 *--dst-type LOCAL -j KUBE-NODEPORTS"
      And node2 has the ip6tables rule "-A KUBE-SEP-* -p tcp * -j DNAT --to-destination [fd00:10:244:2::2]:80"

    Scenario: Localhost serves NodePorts of IPv4 alone
      Then node2 can reach localhost on port 30080 over IPv4
      And node2 cannot reach localhost on port 30080 over IPv6 and is refused

    Scenario: Mode nftables has a table for each family
      Given kube-proxy runs in nftables mode
      Then pod A can reach Service both over IPv6 and passes through chain service-*-default/both/tcp/ on node2

    Scenario: In mode ipvs no neighbour is told where a Service's IPv6 address is
      Given kube-proxy runs in ipvs mode
      Then node2 has the link "kube-ipvs0 dummy"
      And node2 has the ip6tables rule "-A KUBE-SERVICES * --match-set KUBE-6-CLUSTER-IP dst,dst -j ACCEPT"
