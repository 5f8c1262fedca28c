Feature: The model sentence
  One sentence says where the client runs, whom it calls and by which way, and what must be true of the connection. It holds only if it holds
  for every node of the NodePort and every endpoint that kube-proxy may choose.

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: nginx}
      spec:
        replicas: 2
        selector: {matchLabels: {app: nginx}}
        template:
          metadata: {labels: {app: nginx}}
          spec: {containers: [{name: nginx, image: "nginx:1.27", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: nginx}
      spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, nodePort: 30080}]}
      """
    And pod A on node1

  Scenario: A pod calls the NodePort
    Then pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed

  Scenario: The same sentence, said piece by piece
    Then pod A can reach Service nginx via NodePort 30080
    And it is SNATed
    And it is spread over 2 endpoints
    And pod A runs on node1
