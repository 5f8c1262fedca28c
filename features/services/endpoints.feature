Feature: A Service's address stays while its pods come and go
  The endpoints of a Service are the ready pods that it selects, whatever made them. kube-proxy on every node follows.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod client on node2
    And pod one on node2 with labels app=web
    And pod two on node3 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      """

  Scenario: Every ready pod with the labels is an endpoint
    Then Service web has endpoints pod one and pod two
    And Service web has endpoints:
      | address    | port | ready | node  |
      | 10.244.1.3 | 80   | yes   | node2 |
      | 10.244.2.2 | 80   | yes   | node3 |
    And pod client can reach Service web and is spread over 2 endpoints

  Scenario: A pod that is deleted gets no more connections
    When pod one is deleted
    Then Service web has endpoints pod two
    And pod client can reach Service web and is answered only by pods on node3

  Scenario: A pod that loses the label is no endpoint
    When pod two is labelled app=spare
    Then pod client can reach Service web and is answered only by pods on node2
    And pod client can reach pod two

  Scenario: A pod that is not ready is spared
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: slow, labels: {app: web}}
      spec:
        containers:
          - {name: main, image: nginx, ports: [{containerPort: 80}], readinessProbe: {tcpSocket: {port: 81}}}
      """
    Then pod slow is not ready
    And pod client can reach Service web and is spread over 2 endpoints

  Scenario: A Deployment that grows brings its new pods
    Given the manifests in "fixtures/manifests/nginx-node-port.yaml"
    When Deployment nginx is scaled to 3
    Then Deployment nginx has 3 ready replicas
    And pod client can reach Service nginx and is spread over 3 endpoints
