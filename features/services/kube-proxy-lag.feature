Feature: A kube-proxy that lags
  Every kube-proxy hears of a change by itself, and some hear late. Until then a node sends its clients where Services were: to pods that are gone, or that
  should be left alone. What is Given everybody knows; settling moves no time, so that it does not hide the lag.

  Background:
    Given a cluster with 3 nodes
    And pod A on node2
    And pod B on node3 with labels app=web
    And pod D on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario Outline: A pod that is gone is called until the node has caught up
    Given kube-proxy runs in <mode> mode
    And kube-proxy on node2 lags by 5 seconds
    When pod B is deleted
    Then Service web has no endpoints
    And pod A cannot reach Service web and is unreachable
    And it is DNATed to 10.244.2.2
    When 5 seconds pass
    Then pod A cannot reach Service web and is refused

    Examples:
      | mode     |
      | iptables |
      | ipvs     |
      | nftables |

  Scenario: The other nodes have caught up already
    Given kube-proxy on node2 lags by 5 seconds
    When pod B is labelled app=drained
    Then pod D cannot reach Service web and is refused
    But node2 cannot reach Service web
    And it is DNATed to pod B

  Scenario: Every node may lag
    Given pod C on node1 with labels app=web
    And kube-proxy lags by 2 minutes
    When pod B is labelled app=drained
    And 119 seconds pass
    Then pod D can sometimes reach Service web
    And it is DNATed to pod C
    When 1 second passes
    Then every pod can reach Service web

  Scenario: A pod that lost its labels goes on serving those who do not know
    Given pod C on node1 with labels app=web
    And kube-proxy on node2 lags by 10 seconds
    When pod B is labelled app=drained
    Then pod A can sometimes reach Service web and is DNATed to pod C
    And pod D can reach Service web and is DNATed to pod C
    When kube-proxy on node2 catches up
    Then pod A can reach Service web and is DNATed to pod C

  Scenario: A new Service is nobody's until the node hears of it
    Given kube-proxy lags by 1 second
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: late}
      spec: {clusterIP: 10.96.0.77, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod A cannot reach Service late and is unreachable
    When kube-proxy catches up
    Then pod A can reach Service late

  Scenario: A Service that is served by nobody is still refused where its new endpoints are not known
    Given pod E on node1 with labels app=late
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: soon}
      spec: {selector: {app: soon}, ports: [{port: 80}]}
      """
    And kube-proxy on node2 lags by 1 hour
    When pod E is labelled app=soon
    Then pod D can reach Service soon
    But pod A cannot reach Service soon and is refused

  Scenario: A lag that begins later concerns what comes later
    When pod B is labelled app=drained
    And kube-proxy on node2 lags by 1 hour
    Then pod A cannot reach Service web and is refused
    When pod B is labelled app=web
    Then pod D can reach Service web
    And pod A cannot reach Service web and is refused

  Scenario: Where time only moves when told, it moves for lagging agents too
    Given time only moves when told
    When 1 second passes
    And kube-proxy on node2 lags by 3 seconds
    And pod B is labelled app=drained
    And 2 seconds pass
    Then pod A cannot reach Service web
    And it is DNATed to pod B
    When 1 second passes
    Then pod A cannot reach Service web and is refused
