Feature: Where pods run
  The scheduler puts every pod on a node that has room for it and whose taints it tolerates; among those, preferences decide.

  Scenario: The two nginx-ssh replicas land on different nodes
    Given a cluster with 3 nodes
    And the manifests in "fixtures/manifests/seeds/nginx-ssh.yaml"
    Then Deployment nginx-ssh-deployment has 2 ready replicas
    And the pods of Deployment nginx-ssh-deployment run on different nodes

  Scenario: A preference is not a rule: a third replica shares a node
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/seeds/nginx-ssh.yaml"
    When Deployment nginx-ssh-deployment is scaled to 3
    Then Deployment nginx-ssh-deployment has 3 ready replicas

  Scenario: Ordinary pods keep off a control-plane node
    Given a cluster with nodes:
      | name   | role          |
      | master | control-plane |
      | node2  | worker        |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec: {containers: [{name: main, image: nginx}]}
      """
    Then pod web runs on node2

  Scenario: A pod that asks for more than any node has stays Pending and says why
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: huge}
      spec:
        containers: [{name: main, image: nginx, resources: {requests: {cpu: "64"}}}]
      """
    Then pod huge is Pending because "3 Insufficient cpu"
    And an event "FailedScheduling" on pod huge says "0/3 nodes are available"

  Scenario: A node selector leaves one node
    Given a cluster with nodes:
      | name  | role          | labels   |
      | node1 | control-plane |          |
      | node2 | worker        | disk=hdd |
      | node3 | worker        | disk=ssd |
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: db}
      spec: {nodeSelector: {disk: ssd}, containers: [{name: main, image: postgres}]}
      """
    Then pod db runs on node3
