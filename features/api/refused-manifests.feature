Feature: What a real API server refuses is refused in its own words

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"

  Scenario: A Service name with a capital letter
    When the manifests in "fixtures/manifests/seeds/myapp-service.yaml" are applied
    Then applying the manifest is refused with "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character"

  Scenario: The same Service under a legal name
    Given the manifests in "fixtures/manifests/myapp"
    Then client laptop can reach Service myapp-service via NodePort 30080

  Scenario: A node port outside the range
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: low}
      spec: {type: NodePort, selector: {app: low}, ports: [{port: 80, nodePort: 8080}]}
      """
    Then applying the manifest is refused with "provided port is not in the valid range. The range of valid ports is 30000-32767"

  Scenario: A node port that another Service has
    Given the manifests in "fixtures/manifests/myapp"
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: second}
      spec: {type: NodePort, selector: {app: second}, ports: [{port: 80, nodePort: 30080}]}
      """
    Then applying the manifest is refused with "provided port is already allocated"
