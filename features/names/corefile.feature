Feature: What the Corefile says
  CoreDNS answers by its ConfigMap: whose names it knows, how it names pods, and whom it asks on.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod A on node2

  Scenario: Pods may have to be there, or have no names at all
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: coredns, namespace: kube-system}
      data:
        Corefile: |
          .:53 {
              kubernetes cluster.local {
                 pods verified
              }
          }
          example.local:53 {
              kubernetes {
                 ttl 60
              }
          }
      """
    And pod B on node3
    Then pod A resolves "10-244-2-2.default.pod.cluster.local" to pod B
    And pod A does not resolve "10-244-9-9.default.pod.cluster.local" because "NXDOMAIN"
    And pod A does not resolve "10-244-2-2.default.pod.example.local" because "NXDOMAIN"
    And pod A resolves "kubernetes.default.svc.example.local" to Service kubernetes

  Scenario: Namespaces and labels decide whose names there are
    Given the namespace "shop"
    And the namespace "default"
    And the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: coredns, namespace: kube-system}
      data:
        Corefile: |
          .:53 {
              kubernetes cluster.local {
                 namespaces shop
                 labels app in (cart, stock)
                 ignore empty_service
              }
              forward . /etc/resolv.conf
          }
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: cart, namespace: shop, labels: {app: cart}}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: cart-1, namespace: shop, labels: {kubernetes.io/service-name: cart, app: cart}}
      addressType: IPv4
      ports: [{port: 80}]
      endpoints: [{addresses: [192.0.2.1]}]
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: stock, namespace: shop, labels: {app: stock}}
      spec: {ports: [{port: 80}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: desk, namespace: shop}
      spec: {ports: [{port: 80}]}
      """
    Then pod A resolves "cart.shop" to Service shop/cart
    And pod A does not resolve "stock.shop" because "NXDOMAIN"
    And pod A does not resolve "desk.shop" because "NXDOMAIN"
    And pod A does not resolve "kubernetes" because "NXDOMAIN"

  Scenario: hosts and rewrite give names of their own
    Given the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: coredns, namespace: kube-system}
      data:
        Corefile: |
          .:53 {
              rewrite name api.example.com kubernetes.default.svc.cluster.local
              hosts {
                 192.0.2.7 printer.example.com
                 fallthrough
              }
              kubernetes cluster.local
              forward . /etc/resolv.conf
          }
      """
    Then pod A resolves "api.example.com" to Service kubernetes
    And pod A resolves "printer.example.com" to 192.0.2.7
    And pod A resolves the PTR record "192.0.2.7" to "printer.example.com."
    And pod A resolves "laptop" to 203.0.113.9

  Scenario: A domain may have a server of its own
    Given an external client resolver at 192.0.2.53
    And the manifest:
      """
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: coredns, namespace: kube-system}
      data:
        Corefile: |
          laptop:53 {
              forward . 192.0.2.53
          }
          .:53 {
              kubernetes cluster.local
          }
      """
    Then pod A resolves "laptop" to 203.0.113.9
    And pod A does not resolve "www.example.com" because "SERVFAIL"
