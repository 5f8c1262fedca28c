Feature: kube-proxy in its three modes
  iptables, IPVS and nftables write different rules for the same Services. Most traffic cannot tell them apart; what follows below can, and is what
  a change of the mode changes for you.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And pod A on node2
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: nobody}
      spec: {selector: {app: nobody}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: shy}
      spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: shy}, ports: [{port: 80, nodePort: 30200}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: shy, labels: {app: shy}}
      spec: {nodeName: node3, containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}
      """

  Rule: What every mode does

    Scenario Outline: A pod reaches one endpoint as well as another, and keeps its own address
      Given kube-proxy runs in <mode> mode
      Then pod A can reach Service nginx via ClusterIP and is not SNATed
      And it is spread over 2 endpoints
      And it is DNATed

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A client outside calls any node, and is masqueraded by it
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service nginx via NodePort 30001
      And client laptop can reach Service nginx via NodePort 30001 on node2 and is SNATed to node2
      And the reply returns through node2

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: The node itself reaches a ClusterIP with an address of its own
      Given kube-proxy runs in <mode> mode
      Then node2 can reach Service nginx via ClusterIP and is SNATed to node2

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A pod that is its own Service's endpoint is masqueraded to reach itself
      Given kube-proxy runs in <mode> mode
      Then pod shy can reach Service shy via ClusterIP and is SNATed to node3

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: A Service that nobody serves refuses
      Given kube-proxy runs in <mode> mode
      Then pod A cannot reach Service nobody and is refused

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: Policy Local keeps the client's address where an endpoint is
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service shy via NodePort 30200 on node3 and is not SNATed
      And the server sees 203.0.113.9

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

  Rule: Where they differ

    Scenario Outline: A port that the ClusterIP does not have
      Given kube-proxy runs in <mode> mode
      Then pod A cannot reach Service nginx on port 81 and <claim>

      Examples:
        | mode     | claim          |
        | iptables | is unreachable |
        | ipvs     | is refused     |
        | nftables | is refused     |

    Scenario Outline: An address that no Service has
      Given kube-proxy runs in <mode> mode
      Then pod A cannot reach address 10.96.200.200 on port 80 and <claim>

      Examples:
        | mode     | claim          |
        | iptables | is unreachable |
        | ipvs     | is unreachable |
        | nftables | times out      |

    Scenario Outline: A NodePort on another of the node's addresses works in the modes iptables and ipvs
      Given kube-proxy runs in <mode> mode
      Then pod A can reach address 10.244.1.1 on port 30001

      Examples:
        | mode     |
        | iptables |
        | ipvs     |

    Scenario: In mode nftables a NodePort is served on the node's primary address alone
      Given kube-proxy runs in nftables mode
      Then pod A cannot reach address 10.244.1.1 on port 30001 and is refused

    Scenario: In mode nftables every address serves it where the configuration says so
      Given kube-proxy runs in nftables mode with:
        | nodePortAddresses | 0.0.0.0/0 |
      Then pod A can reach address 10.244.1.1 on port 30001

    Scenario: Only mode iptables serves NodePorts on localhost
      Given kube-proxy runs in iptables mode
      Then node2 can reach localhost on port 30001

    Scenario Outline: The other modes do not serve NodePorts on localhost
      Given kube-proxy runs in <mode> mode
      Then node2 cannot reach localhost on port 30001 and is refused

      Examples:
        | mode     |
        | ipvs     |
        | nftables |

    Scenario Outline: A Local NodePort without an endpoint is dropped in the modes iptables and nftables
      Given kube-proxy runs in <mode> mode
      Then client laptop cannot reach Service shy via NodePort 30200 on node2 and times out
      And it is dropped on node2

      Examples:
        | mode     |
        | iptables |
        | nftables |

    Scenario: In mode ipvs it goes to another node's endpoint, and flannel takes the client's address away
      Given kube-proxy runs in ipvs mode
      Then client laptop can reach Service shy via NodePort 30200 on node2 and is SNATed to node2
