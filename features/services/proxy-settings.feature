Feature: What kube-proxy's configuration changes
  Fields of KubeProxyConfiguration, each by what it does to a packet or leaves on a node.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And pod A on node2

  Rule: Who counts as local, and keeps his address on the way to a ClusterIP

    Scenario Outline: In every mode of detection the node's own pods do
      Given kube-proxy runs in <mode> mode with:
        | detectLocalMode             | <detection> |
        | detectLocal.bridgeInterface | cni0        |
      Then pod A can reach Service nginx via ClusterIP and is not SNATed

      Examples:
        | mode     | detection       |
        | iptables | ClusterCIDR     |
        | iptables | NodeCIDR        |
        | iptables | BridgeInterface |
        | ipvs     | NodeCIDR        |
        | nftables | BridgeInterface |

    Scenario: A prefix of interfaces sees the bridge, and not the veths behind it
      Given kube-proxy runs in iptables mode with:
        | detectLocalMode                 | InterfaceNamePrefix |
        | detectLocal.interfaceNamePrefix | cni                 |
      Then pod A can reach Service nginx via ClusterIP and is not SNATed

    Scenario: With a clusterCIDR that is not the pods' every pod is masqueraded
      Given kube-proxy runs in iptables mode with:
        | clusterCIDR | 10.200.0.0/16 |
      Then pod A can reach Service nginx via ClusterIP and is SNATed

    Scenario Outline: masqueradeAll masquerades whoever calls a ClusterIP
      Given kube-proxy runs in <mode> mode with:
        | <field> | true |
      Then pod A can reach Service nginx via ClusterIP and is SNATed

      Examples:
        | mode     | field                  |
        | iptables | iptables.masqueradeAll |
        | ipvs     | iptables.masqueradeAll |
        | nftables | nftables.masqueradeAll |

    Scenario Outline: The mark may be another bit
      Given kube-proxy runs in <mode> mode with:
        | <section>.masqueradeBit | 12 |
      Then client laptop can reach Service nginx via NodePort 30001 and is SNATed

      Examples:
        | mode     | section  |
        | iptables | iptables |
        | ipvs     | iptables |
        | nftables | nftables |

  Rule: Where NodePorts are served

    Scenario Outline: nodePortAddresses names the ranges of addresses that serve them
      Given kube-proxy runs in <mode> mode with:
        | nodePortAddresses | 10.244.0.0/16 |
      Then pod A can reach address 10.244.1.1 on port 30001
      And client laptop cannot reach Service nginx via NodePort 30001 on node2

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario: Only the primary address serves them where it says so
      Given kube-proxy runs in iptables mode with:
        | nodePortAddresses | primary |
      Then client laptop can reach Service nginx via NodePort 30001 on node2
      And pod A cannot reach address 10.244.1.1 on port 30001

    Scenario: localhostNodePorts keeps them off localhost
      Given kube-proxy runs in iptables mode with:
        | iptables.localhostNodePorts | false |
      Then node2 cannot reach localhost on port 30001
      And node2 has the sysctl "net.ipv4.conf.all.route_localnet = 0"

  Rule: What it leaves on the node

    Scenario: The time-outs of connection tracking
      Given kube-proxy runs in iptables mode with:
        | conntrack.tcpEstablishedTimeout | 1h0m0s |
        | conntrack.tcpCloseWaitTimeout   | 30m0s  |
        | conntrack.udpTimeout            | 45s    |
        | conntrack.udpStreamTimeout      | 3m0s   |
      Then node2 has the sysctl "net.netfilter.nf_conntrack_tcp_timeout_established = 3600"
      And node2 has the sysctl "net.netfilter.nf_conntrack_tcp_timeout_close_wait = 1800"
      And node2 has the sysctl "net.netfilter.nf_conntrack_udp_timeout = 45"
      And node2 has the sysctl "net.netfilter.nf_conntrack_udp_timeout_stream = 180"

    Scenario: The time-outs of IPVS itself
      Given kube-proxy runs in ipvs mode with:
        | ipvs.tcpTimeout | 1m0s |
        | ipvs.udpTimeout | 10s  |
      When pod A connects to Service nginx
      And 59 seconds pass
      Then that connection still works
      When 61 seconds pass
      Then that connection is reset

    Scenario: A liberal view of TCP windows
      Given kube-proxy runs in iptables mode with:
        | conntrack.tcpBeLiberal | true |
      Then node2 has the sysctl "net.netfilter.nf_conntrack_tcp_be_liberal = 1"

    Scenario: strictARP keeps a node from answering for addresses of the dummy device
      Given kube-proxy runs in ipvs mode with:
        | ipvs.strictARP | true |
      Then node2 has the sysctl "net.ipv4.conf.all.arp_ignore = 1"
      And node2 has the sysctl "net.ipv4.conf.all.arp_announce = 2"

    Scenario: The scheduler of IPVS: by source, one client has one endpoint
      Given kube-proxy runs in ipvs mode with:
        | ipvs.scheduler | sh |
      Then pod A can reach Service nginx via ClusterIP
      And it is spread over 1 endpoint
