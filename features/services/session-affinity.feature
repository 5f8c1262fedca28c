Feature: A client stays with its endpoint
  With sessionAffinity ClientIP a node remembers which endpoint it gave a client, and gives it the same one until the time-out has passed since the client's
  last connection. Each mode remembers in its own way: iptables in lists of `recent`, nftables in sets, IPVS in templates.

  Background:
    Given a cluster with 3 nodes
    And pod A on node2
    And pod B on node3 with labels app=web
    And pod C on node1 with labels app=web
    And an external client laptop at 203.0.113.9
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: sticky}
      spec:
        type: NodePort
        selector: {app: web}
        ports: [{port: 80, nodePort: 30080}]
        sessionAffinity: ClientIP
        sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: loose}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario Outline: Every connection begins anew as long as the time-out has not passed
    Given kube-proxy runs in <mode> mode
    When pod A connects to Service sticky
    And pod A connects to Service sticky
    Then that connection is answered by the same endpoint as the one before
    When 59 seconds pass
    And pod A connects to Service sticky
    Then that connection is answered by the same endpoint as the one before
    When 59 seconds pass
    And pod A connects to Service sticky
    Then that connection is answered by the same endpoint as the one before

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: When it has passed, any endpoint may answer
    Given kube-proxy runs in <mode> mode
    When pod A connects to Service sticky
    And 60 seconds pass
    And pod A connects to Service sticky
    Then that connection may be answered by another endpoint than the one before

    Examples:
      | mode     |
      | iptables |
      | nftables |

  # A template with open connections lives on, and an open connection lives for fifteen minutes.
  Scenario: IPVS keeps a client for as long as it has connections
    Given kube-proxy runs in ipvs mode
    When pod A connects to Service sticky
    And 10 minutes pass
    And pod A connects to Service sticky
    Then that connection is answered by the same endpoint as the one before
    When 16 minutes pass
    And pod A connects to Service sticky
    Then that connection may be answered by another endpoint than the one before

  Scenario Outline: A client whose endpoint goes is given another, and keeps that
    Given kube-proxy runs in <mode> mode
    When pod A connects to Service sticky
    And pod B is labelled app=drained
    And pod A connects to Service sticky
    Then that connection still works
    And it is DNATed to pod C
    When pod B is labelled app=web
    And pod A connects to Service sticky
    Then that connection is answered by the same endpoint as the one before

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario Outline: From outside a node remembers the client, and every node by itself
    Given kube-proxy runs in <mode> mode
    When client laptop connects to Service sticky via NodePort 30080 on node2
    And client laptop connects to Service sticky via NodePort 30080 on node2
    Then that connection is answered by the same endpoint as the one before
    When client laptop connects to Service sticky via NodePort 30080 on node3
    Then that connection may be answered by another endpoint than the one before

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario: Without affinity each connection is chosen by itself
    When pod A connects to Service loose
    And pod A connects to Service loose
    Then that connection may be answered by another endpoint than the one before

  Scenario: Round robin of mode ipvs goes on with the next endpoint
    Given kube-proxy runs in ipvs mode
    When pod A connects to Service loose
    And pod A connects to Service loose
    Then that connection is answered by another endpoint than the one before

  Scenario Outline: Without affinity many connections of one client are spread evenly
    Given kube-proxy runs in <mode> mode
    Then 1000 connections from pod A to Service loose are spread within 5% of even
    And pod A can reach Service sticky and is spread over 2 endpoints

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |
