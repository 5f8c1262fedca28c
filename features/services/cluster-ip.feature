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
    And 1000 connections from pod A to Service nginx are spread within 5% of even

  Scenario: An outside client has no route to it
    Then client laptop cannot reach Service nginx via ClusterIP and is unreachable

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

  Scenario: A headless Service has no address: its pods are reached by their own
    Given pod A on node2
    And pod db on node3 with labels app=db listening on TCP 5432
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
      """
    Then Service db field "spec.clusterIP" is "None"
    And Service db has endpoints pod db
    And pod A can reach pod db on port 5432 and is not DNATed

  Scenario: sessionAffinity keeps a client with its endpoint for three hours
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: sticky}
      spec: {sessionAffinity: ClientIP, selector: {app: nginx}, ports: [{port: 80}]}
      """
    Then Service sticky field "spec.sessionAffinityConfig.clientIP.timeoutSeconds" is 10800
    And node2 has the iptables rule "-A KUBE-SVC-* -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-* -j KUBE-SEP-*"
