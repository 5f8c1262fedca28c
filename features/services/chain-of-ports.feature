Feature: nodePort → port → targetPort → containerPort
  The MyApp example: numbers that are often confused. Clients outside use the node's port, clients inside the Service's port, and both
  arrive at the container's.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/myapp"

  Scenario: From outside by nodePort 30080 to the container's port 8080
    Then client laptop can reach Service myapp-service via NodePort 30080 on node2 and is DNATed to 10.244.1.2:8080

  Scenario: From inside by the Service's port 80 to the container's port 8080
    Given pod A on node3
    Then pod A can reach Service myapp-service on port 80 and is DNATed to 10.244.1.2:8080
    And it is DNATed to pod myapp

  Scenario: The container's port is not a port of the Service
    Given pod A on node3
    Then pod A cannot reach Service myapp-service on port 8080

  Scenario: A targetPort by name follows the container's port
    Given pod A on node3
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web, labels: {app: web}}
      spec:
        nodeName: node3
        containers: [{name: main, image: nginx, ports: [{name: http, containerPort: 8080}, {name: metrics, containerPort: 9113}]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        selector: {app: web}
        ports: [{name: http, port: 80, targetPort: http}, {name: metrics, port: 81, targetPort: metrics}]
      """
    Then pod A can reach Service web on port http and is DNATed to 10.244.2.3:8080
    And pod A can reach Service web on port metrics and is DNATed to 10.244.2.3:9113

  Scenario: UDP and TCP are two ports, even under one number
    Given pod A on node3
    And pod dns on node2 with labels app=dns listening on UDP 53
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: dns}
      spec:
        selector: {app: dns}
        ports: [{name: udp, port: 53, protocol: UDP}, {name: tcp, port: 53, protocol: TCP}]
      """
    Then pod A can reach Service dns on UDP port 53
    And pod A cannot reach Service dns on TCP port 53 and is refused
