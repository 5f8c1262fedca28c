Feature: Workloads change while the cluster runs

  Background:
    Given a cluster with 3 nodes
    And the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        replicas: 2
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {containers: [{name: web, image: "web:1", ports: [{containerPort: 80}]}]}
      """
    Then Deployment web has 2 ready replicas

  Scenario: A rolling update never falls below what was promised
    When the image of Deployment web becomes "web:2"
    Then Deployment web field "status.updatedReplicas" is 2
    And at no time is Deployment web below 2 ready replicas

  Scenario: A roll-back brings the image of before
    When the image of Deployment web becomes "web:2"
    And Deployment web is rolled back
    Then Deployment web field "spec.template.spec.containers[0].image" is "web:1"
    And within 1 minute Deployment web has 2 ready replicas
