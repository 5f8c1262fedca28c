Feature: Addresses and ports are handed out by the API server
  Every Service that needs an address of its own, a node port or a health check port is given one, or the one it asks for. The lower part of each range is
  kept for those that ask, so that they seldom collide with what was handed out. Which free one is handed out is chance in a real cluster; here it is the lowest.

  Background:
    Given a cluster:
      """
      serviceCIDR: 10.96.0.0/27
      nodePortRange: 30000-30099
      nodes: [{name: node1}, {name: node2}]
      externals: [{name: laptop, address: 203.0.113.9}]
      """
    And pod web on node2 with labels app=web
    And pod client on node1

  Scenario: The first address of the range is the Service kubernetes
    Then Service kubernetes field "spec.clusterIP" is "10.96.0.1"
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.1, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "failed to allocate IP 10.96.0.1: provided IP is already allocated"

  Scenario: The first sixteen addresses of this range are kept for those that ask
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: given}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: asked}
      spec: {clusterIP: 10.96.0.16, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service given field "spec.clusterIP" is "10.96.0.17"
    And pod client can reach address 10.96.0.16 on port 80

  Scenario: They are handed out too when nothing else is left
    Given the manifest:
      """
      apiVersion: v1
      kind: List
      items:
        - {apiVersion: v1, kind: Service, metadata: {name: s01}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s02}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s03}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s04}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s05}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s06}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s07}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s08}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s09}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s10}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s11}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s12}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s13}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: s14}, spec: {ports: [{port: 80}]}}
        - {apiVersion: v1, kind: Service, metadata: {name: last}, spec: {selector: {app: web}, ports: [{port: 80}]}}
      """
    Then Service last field "spec.clusterIP" is "10.96.0.2"
    And pod client can reach Service last

  Scenario: An address outside of the range is refused
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.97.0.5, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "failed to allocate IP 10.97.0.5: the provided network does not match the current range"

  Scenario: The broadcast address is no Service's
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.31, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "the provided IP (10.96.0.31) is not in the valid range. The range of valid IPs is 10.96.0.0/27"

  Scenario: Two protocols of one port have one node port
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: dns}
      spec: {type: NodePort, selector: {app: web}, ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53}]}
      """
    Then Service dns field "spec.ports[0].nodePort" is 30016
    And Service dns field "spec.ports[1].nodePort" is 30016

  Scenario: A node port is held once, whatever the protocol
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: first}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30005}]}
      """
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: second}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, protocol: UDP, nodePort: 30005}]}
      """
    Then applying the manifest is refused with "provided port is already allocated"

  Scenario: A health check port is one of the node ports
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: local}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30007, selector: {app: web}, ports: [{port: 80}]}
      """
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30007}]}
      """
    Then applying the manifest is refused with "provided port is already allocated"

  Scenario: What a Service held is free when it is deleted
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: first}
      spec: {type: NodePort, clusterIP: 10.96.0.5, selector: {app: web}, ports: [{port: 80, nodePort: 30005}]}
      """
    When Service first is deleted
    And the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: second}
      spec: {type: NodePort, clusterIP: 10.96.0.5, selector: {app: web}, ports: [{port: 80, nodePort: 30005}]}
      """
    Then pod client can reach address 10.96.0.5 on port 80
    And client laptop can reach Service second via NodePort 30005

  Scenario: A Service keeps its address for life
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.5, selector: {app: web}, ports: [{port: 80}]}
      """
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.0.6, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "may not change once set"
