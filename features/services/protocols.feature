Feature: TCP, UDP and SCTP
  A Service's port is a number and a protocol: one number may be three ports. An access and mobility function of a 5G core speaks SCTP to radio
  stations (N2, port 38412) and HTTP to the rest of the core.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/amf.yaml"
    And pod A on node2

  Scenario Outline: One number is three ports of a Service
    Given kube-proxy runs in <mode> mode
    Then pod A can reach Service amf on SCTP port 9999 and is DNATed to 10.244.2.2:38412
    And pod A can reach Service amf on TCP port 9999 and is DNATed to 10.244.2.2:8080
    And pod A can reach Service amf on UDP port 9999 and is DNATed to 10.244.2.2:8805
    And client laptop can reach Service amf via SCTP NodePort 30412 on node2 and is SNATed to node2
    And the reply returns through node2
    And client laptop can reach Service amf via UDP NodePort 30412 on node2

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: Associations are spread as connections are
    Given kube-proxy runs in <mode> mode
    And Deployment amf is scaled to 2
    Then pod A can reach Service amf on SCTP port 9999 and is not SNATed
    And it is spread over 2 endpoints

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: What another protocol's port serves, SCTP's does not
    Then pod A cannot reach a pod of Deployment amf on SCTP port 8080 and is refused

  Scenario Outline: A Service that nobody serves: a client of SCTP is not told
    kube-proxy has the call refused by an ICMP error, as of any protocol. Linux tells a process of it only when its association gives up.
    Given kube-proxy runs in <mode> mode
    And Deployment amf is scaled to 0
    Then pod A cannot reach Service amf on SCTP port 9999 and times out
    And pod A cannot reach Service amf on TCP port 9999 and is refused

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: A container's hostPort is of a protocol too
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: ran}
      spec: {nodeName: node3, containers: [{name: ran, image: ran, ports: [{containerPort: 38412, hostPort: 38412, protocol: SCTP}]}]}
      """
    Then client laptop can reach pod ran via SCTP hostPort 38412 on node3 and is not SNATed
    And client laptop cannot reach pod ran via TCP hostPort 38412 on node3 and is refused

  Scenario: What tcpdump shows of an association
    When I capture on node3 any
    And pod A connects to Service amf on SCTP port 9999
    Then the capture on node3 shows:
      """
      IP 10.244.1.2.* > 10.244.2.2.38412: sctp (1) [INIT] [init tag: *] [rwnd: 106496] [OS: 10] [MIS: 65535] [init TSN: *]
      IP 10.244.2.2.38412 > 10.244.1.2.*: sctp (1) [INIT ACK] [init tag: *] [rwnd: 106496] [OS: 10] [MIS: 10] [init TSN: *]
      IP 10.244.1.2.* > 10.244.2.2.38412: sctp (1) [COOKIE ECHO]
      IP 10.244.2.2.38412 > 10.244.1.2.*: sctp (1) [COOKIE ACK]
      IP 10.244.1.2.* > 10.244.2.2.38412: sctp (1) [DATA] (B)(E) *
      """
