Feature: Which endpoints a Service uses
  Ready ones, wherever they run: unless the Service says that it wants near ones, or that readiness is nobody's concern.

  Background:
    Given a cluster with nodes:
      | name  | zone |
      | node1 | a    |
      | node2 | a    |
      | node3 | b    |
    And pod client on node1

  Scenario: A pod that is not ready is none, unless the Service publishes it
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: slow, labels: {app: db}}
      spec:
        nodeName: node2
        containers: [{name: main, image: db, ports: [{containerPort: 80}], readinessProbe: {tcpSocket: {port: 81}}}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: careful}
      spec: {selector: {app: db}, ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: careless}
      spec: {publishNotReadyAddresses: true, selector: {app: db}, ports: [{port: 80}]}
      """
    Then pod client cannot reach Service careful and is refused
    And pod client can reach Service careless and is DNATed to pod slow

  Scenario Outline: trafficDistribution may prefer endpoints of the zone
    Given pod web-1 on node1 with labels app=web
    And pod web-2 on node2 with labels app=web
    And pod web-3 on node3 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {trafficDistribution: <wish>, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod client can reach Service web and is spread over 2 endpoints

    Examples:
      | wish           |
      | PreferSameZone |
      | PreferClose    |

  Scenario: PreferSameNode keeps traffic on the node
    Given pod web-1 on node1 with labels app=web
    And pod web-2 on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {trafficDistribution: PreferSameNode, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod client can reach Service web and stays on node1

  Scenario: A zone without an endpoint uses those of others
    Given pod web-3 on node3 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {trafficDistribution: PreferSameZone, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod client can reach Service web and is DNATed to pod web-3
