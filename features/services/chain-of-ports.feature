Feature: nodePort → port → targetPort → containerPort
  The MyApp example: three numbers that are often confused. Clients outside use the node's port, clients inside the Service's port, and both
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
