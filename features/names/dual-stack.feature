Feature: Names of Services with addresses of both families
  A dual-stack Service has A and AAAA records, and each of its addresses leads back to its name. Which family a program then calls is its C library's to say.

  Background:
    Given the cluster in "fixtures/clusters/dual-stack.yaml"
    And the manifests in "fixtures/manifests/dual-stack.yaml"
    And pod A on node2

  Scenario: A Service has records of the families that it has
    Then pod A resolves "both" to 10.96.0.20 and fd00:10:96::20
    And pod A resolves "six" to fd00:10:96::6
    And pod A resolves "four" to 10.96.0.4

  Scenario: A headless Service stands for its pods in both families
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: heads}
      spec: {clusterIP: None, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod A resolves "heads" to 10.244.2.2 and fd00:10:244:2::2

  Scenario: Addresses of both families lead back to the Service
    Then pod A resolves the PTR record "0.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.6.9.0.0.0.1.0.0.0.0.d.f.ip6.arpa." to "both.default.svc.cluster.local."

  Scenario: A program calls the IPv6 address first, and musl the IPv4 address before a private one
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: musl}
      spec: {nodeName: node2, containers: [{name: main, image: "alpine:3.20"}]}
      """
    Then pod A can reach host "both" and is DNATed to [fd00:10:244:2::2]:80
    And pod musl can reach host "both" and is DNATed to 10.244.2.2:80

  Scenario: The name servers of a pod are those of the first family
    Then pod A has the resolv.conf:
      """
      search default.svc.cluster.local svc.cluster.local cluster.local
      nameserver 10.96.0.10
      options ndots:5
      """
