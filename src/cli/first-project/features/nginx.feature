Feature: nginx is reachable inside the cluster and from outside
  Two replicas behind a Service of type NodePort, in a cluster of three nodes.

  Background:
    Given the cluster in "clusters/three-nodes.yaml"
    And the manifests in "manifests/nginx.yaml"

  Scenario: The replicas are up, and their Service finds them
    Then Deployment nginx has 2 ready replicas
    And a pod of Deployment nginx can reach Service nginx

  Scenario: A pod reaches nginx through the Service's own address
    Given pod A on node1
    Then pod A can reach Service nginx via ClusterIP and is not SNATed

  Scenario: The NodePort answers on every node
    Given an external client laptop at 203.0.113.9
    Then client laptop can reach Service nginx via NodePort 30080
    But client laptop cannot reach Service nginx via ClusterIP
