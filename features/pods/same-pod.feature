Feature: Containers of one pod share a network namespace
  The containers of a pod have one address and one loopback device. They reach each other over localhost, and two of them cannot
  listen on the same port.

  Background:
    Given a cluster with 3 nodes
    And the manifests in "fixtures/manifests/seeds/nginx-ssh.yaml"

  Scenario: The ssh container reaches nginx over localhost
    Then a pod of Deployment nginx-ssh-deployment can reach localhost on port 80
    And the path is exactly:
      | where           | what         |
      | pod nginx-ssh-* | lo delivered |

  Scenario: Both containers answer from outside the pod, each on its own port
    Given pod A
    Then pod A can reach every pod labelled app=nginx-ssh on port 80
    And pod A can reach every pod labelled app=nginx-ssh on port 81

  Scenario: Nobody listens on a third port
    Then a pod of Deployment nginx-ssh-deployment cannot reach localhost on port 82 and is refused

  Scenario: The second container on a port restarts and backs off
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: twins}
      spec:
        containers:
          - {name: first, image: nginx, ports: [{containerPort: 80}]}
          - {name: second, image: nginx, ports: [{containerPort: 80}]}
      """
    When 60 seconds pass
    Then container second of pod twins restarts
    And pod twins is not ready
    And an event "BackOff" on pod twins says "Back-off restarting failed container"
