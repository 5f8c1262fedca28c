Feature: What surprises people about Services
  Each of these has been reported as a bug by somebody, and is what the rules say.

  Background:
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane], addresses: [192.168.1.10], podCIDR: 10.244.0.0/24}
        - {name: node2, addresses: [192.168.1.20, 10.9.0.20], podCIDR: 10.244.1.0/24}
        - {name: node3, addresses: [192.168.1.30], podCIDR: 10.244.2.0/24}
      externals: [{name: laptop, address: 203.0.113.9}]
      """
    And pod A on node2
    And pod far on node3 with labels app=far listening on TCP 80
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: far}
      spec: {type: NodePort, selector: {app: far}, ports: [{port: 80, nodePort: 30080}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: NodePort, externalTrafficPolicy: Local, selector: {app: far}, ports: [{port: 80, nodePort: 30081}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: dead}
      spec: {selector: {app: far}, ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 81}]}
      """

  Scenario Outline: A node's own call is masqueraded to the address of the tunnel, not to the node's
    Given kube-proxy runs in <mode> mode
    Then node2 can reach Service far via ClusterIP and is SNATed to 10.244.1.0
    And client laptop can reach Service far via NodePort 30080 on node2 and is SNATed to 10.244.1.0

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: A NodePort of policy Local works from outside on one node, and from a pod on every node
    Given kube-proxy runs in <mode> mode
    Then client laptop cannot reach Service local via NodePort 30081 on node2 and times out
    And client laptop can reach Service local via NodePort 30081 on node3 and is not SNATed
    And pod A can reach Service local via NodePort 30081 on node2

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario Outline: A NodePort on a node's second address
    Given kube-proxy runs in <mode> mode
    Then client laptop <can> reach address 10.9.0.20 on port 30080

    Examples:
      | mode     | can    |
      | iptables | can    |
      | ipvs     | can    |
      | nftables | cannot |

  Scenario: Localhost of a node reaches pods of other nodes as long as route_localnet is on
    Then node2 can reach localhost on port 30080
    And node2 has the sysctl "net.ipv4.conf.all.route_localnet = 1"

  Scenario: With route_localnet off the same packet is a martian
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane], podCIDR: 10.244.0.0/24}
        - {name: node2, podCIDR: 10.244.1.0/24, sysctls: {net.ipv4.conf.all.route_localnet: "0"}}
        - {name: node3, podCIDR: 10.244.2.0/24}
      """
    Then node2 cannot reach localhost on port 30080

  Scenario Outline: An endpoint that does not listen refuses, for TCP and for UDP
    Given kube-proxy runs in <mode> mode
    Then pod A cannot reach Service dead on UDP port 53 and is refused
    And pod A cannot reach Service dead on port 81 and is refused
    And it passes through node3

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: A ClusterIP does not answer ping
    Given kube-proxy runs in <mode> mode
    Then pod A cannot reach Service far by ping and <claim>

    Examples:
      | mode     | claim          |
      | iptables | is unreachable |
      | ipvs     | is refused     |
      | nftables | is refused     |
