Feature: Names inside the cluster
  A pod asks CoreDNS, at the tenth address of the Service range, by packets like any other. The search path of its resolv.conf completes short names.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And pod A on node2

  Scenario: A Service of the pod's own namespace is known by its name
    Then pod A resolves "nginx" to Service nginx
    And pod A resolves "nginx.default" to Service nginx
    And pod A resolves "nginx.default.svc.cluster.local" to Service nginx

  Scenario: Of another namespace by both names
    Given the manifest:
      """
      apiVersion: v1
      kind: Namespace
      metadata: {name: shop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: cart, namespace: shop}
      spec: {clusterIP: 10.96.7.7, selector: {app: cart}, ports: [{port: 80}]}
      """
    Then pod A resolves "cart.shop" to 10.96.7.7
    And pod A does not resolve "cart"

  Scenario: A headless Service stands for its ready pods
    Given pod one on node2 with labels app=db
    And pod two on node3 with labels app=db
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
      """
    Then pod A resolves "db" to pod one and pod two

  Scenario: A headless Service without ready pods has no name
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
      """
    Then pod A does not resolve "db"

  Scenario: A Service without endpoints keeps its name
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: empty}
      spec: {selector: {app: empty}, ports: [{port: 80}]}
      """
    Then pod A resolves "empty" to Service empty

  Scenario: An ExternalName leads to another name
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: ExternalName, externalName: nginx.default.svc.cluster.local}
      """
    Then pod A resolves "web" to Service nginx

  Scenario: A pod that hostname and subdomain name is known below its Service
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: db-0, labels: {app: db}}
      spec: {hostname: db-0, subdomain: db, containers: [{name: main, image: db, ports: [{containerPort: 5432}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
      """
    Then pod A resolves "db-0.db" to pod db-0

  Scenario: Hosts outside have the names that the cluster file gives them
    Then pod A resolves "laptop" to 203.0.113.9
    And pod A does not resolve "www.example.com"

  Scenario: A name can be called like what it stands for
    Then pod A can reach host "nginx"
    And it is spread over 2 endpoints
    And pod A can reach host "laptop" on port 8080
    And pod A cannot reach host "nobody"

  Scenario: Who cannot reach CoreDNS knows no name
    Then pod A resolves "nginx" to Service nginx
    When Deployment kube-system/coredns is scaled to 0
    Then pod A does not resolve "nginx"
