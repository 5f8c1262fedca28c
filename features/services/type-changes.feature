Feature: A Service that changes its type keeps what the new type needs
  ClusterIP, NodePort and LoadBalancer are steps of one ladder: going up adds ports, going down gives them back, and the address stays. ExternalName
  needs none of it and gives everything back.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod web on node2 with labels app=web
    And pod client on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, clusterIP: 10.96.0.80, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """

  Scenario: From NodePort to ClusterIP the node port closes and the address stays
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: ClusterIP, clusterIP: 10.96.0.80, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod client can reach address 10.96.0.80 on port 80
    And client laptop cannot reach node2 on port 30080 and is refused

  Scenario: The node port that was given back may be another Service's
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80}]}
      """
    And the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """
    Then client laptop can reach Service other via NodePort 30080

  Scenario: A ClusterIP Service with a node port is refused
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: inner}
      spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80, nodePort: 30099}]}
      """
    Then applying the manifest is refused with "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"

  Scenario: From NodePort to LoadBalancer both stay
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, selector: {app: web}, ports: [{port: 80}]}
      """
    Then Service web field "spec.ports[0].nodePort" is 30080
    And Service web field "spec.clusterIP" is "10.96.0.80"
    And Service web field "spec.healthCheckNodePort" is 30086
    And client laptop can reach Service web via NodePort 30080 on node2 and is not SNATed

  Scenario: A health check port cannot be changed
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30090, selector: {app: web}, ports: [{port: 80}]}
      """
    And the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30091, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "spec.healthCheckNodePort: Forbidden: field is immutable"

  Scenario: Node ports that a balancer does not need are kept until somebody takes them away
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: {app: web}, ports: [{port: 80}]}
      """
    Then client laptop can reach Service web via NodePort 30080

  Scenario: From NodePort to ExternalName everything is given back
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: ExternalName, externalName: web.example}
      """
    Then pod client cannot reach address 10.96.0.80 on port 80
    And client laptop cannot reach node2 on port 30080 and is refused
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: other}
      spec: {type: NodePort, clusterIP: 10.96.0.80, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """
    Then pod client can reach address 10.96.0.80 on port 80
    And client laptop can reach Service other via NodePort 30080

  Scenario: From ExternalName to ClusterIP an address is handed out
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: alias}
      spec: {type: ExternalName, externalName: web.example}
      """
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: alias}
      spec: {type: ClusterIP, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod client can reach Service alias via ClusterIP

  Scenario: An ExternalName Service has no address to ask for
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: alias}
      spec: {type: ExternalName, externalName: web.example, clusterIP: 10.96.0.90}
      """
    Then applying the manifest is refused with "spec.clusterIPs: Forbidden: may not be set for ExternalName services"

  Scenario: A Service with an address does not become headless
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: ClusterIP, clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
      """
    Then applying the manifest is refused with "may not change once set"
