Feature: A ClusterIP exists inside the cluster only
  No device holds a ClusterIP. Every node translates it to an endpoint for its own pods and processes; to anybody outside it is an address
  without a route.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"

  Scenario: A pod is sent to one of the endpoints, and keeps its own address
    Given pod A on node2
    Then pod A can reach Service nginx via ClusterIP and is not SNATed
    And the server sees the client's own address
    And it is spread over 2 endpoints

  Scenario: An outside client has no route to it
    Then client laptop cannot reach Service nginx via ClusterIP

  Scenario: A Service without ready endpoints refuses
    Given pod A on node2
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: nobody}
      spec: {selector: {app: nobody}, ports: [{port: 80}]}
      """
    Then pod A cannot reach Service nobody and is refused

  Scenario: A pod that reaches itself through its Service is masqueraded by its node
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: alone, labels: {app: alone}}
      spec: {containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: alone}
      spec: {selector: {app: alone}, ports: [{port: 80}]}
      """
    Then pod alone can reach Service alone and is SNATed
    And it is DNATed to pod alone
