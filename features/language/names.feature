Feature: Names are Kubernetes names, however they are written
  Bare or in quotes, with their namespace or without; a pod that a step makes is found by the word of the step and by its object's name.

  Background:
    Given a cluster with 3 nodes
    And the namespace "shop"
    And pod A on node1
    And pod "B" on "node2"
    And an external client "laptop" at 203.0.113.9
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "web:1", ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """

  Scenario: In quotes and bare
    Then pod "A" can reach pod B
    And pod A can reach Service "web"
    And it is not DNATed to pod "B"
    And client "laptop" can reach Service web via NodePort 30080 on "node1"
    And Deployment "web" has 1 ready replica

  Scenario: With the namespace, by the step's word or the object's name
    Given the namespace "other"
    And pod C on node3
    Then pod shop/A can reach pod C
    And pod other/c can reach pod shop/a
    And pod C can reach Service shop/web
    And Deployment shop/web has 1 ready replica

  Rule: A sentence is the same in an outline, in a rule, under a tag

    @outline
    Scenario Outline: <subject> calls <object>
      Then <subject> can reach <object>

      Examples: Pods
        | subject                  | object      |
        | pod A                    | pod B       |
        | a pod of Deployment web  | Service web |

      @outside
      Examples: From outside
        | subject       | object                       |
        | client laptop | Service web via NodePort     |
