Feature: The outside world reaches a pod by its node's ports
  Two ways without a Service: a pod that uses its node's network has the node's address, and a hostPort of any other pod is translated to it by
  the portmap plug-in, on that one node.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"

  Scenario: A pod on the host network answers at the node's address
    Given pod proxy on node2 listening on TCP 8443 using the host network
    Then client laptop can reach node2 on port 8443
    And the server sees the client's own address
    And it is not DNATed

  Scenario: A hostPort leads to the pod's own port, and the client keeps its address
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node2
        containers: [{name: main, image: nginx, ports: [{containerPort: 8080, hostPort: 80}]}]
      """
    Then client laptop can reach pod web via hostPort 80 on node2 and is DNATed to 10.244.1.2:8080
    And it is not SNATed
    And client laptop cannot reach node3 on port 80 and is refused

  Scenario: A hostPort can be had once on each node
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: edge}
      spec:
        replicas: 3
        selector: {matchLabels: {app: edge}}
        template:
          metadata: {labels: {app: edge}}
          spec: {containers: [{name: main, image: nginx, ports: [{containerPort: 80, hostPort: 80}]}]}
      """
    Then Deployment edge has 2 ready replicas
