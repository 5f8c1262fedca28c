Feature: Preferred anti-affinity spreads replicas over nodes

  Scenario: The two nginx-ssh replicas land on different nodes
    Given a cluster with 3 nodes
    And the manifests in "fixtures/manifests/seeds/nginx-ssh.yaml"
    Then Deployment nginx-ssh-deployment has 2 ready replicas
    And the pods of Deployment nginx-ssh-deployment run on different nodes

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

  Scenario: Ordinary pods keep off a control-plane node
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/seeds/nginx-ssh.yaml"
    Then the pods of Deployment nginx-ssh-deployment run on different nodes
