Feature: How a pod looks names up
  The kubelet writes a resolv.conf, and the C library of the pod's image reads it: glibc unless the image says musl. Both were watched at work.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"

  Scenario: The search path is the namespace's, the Services', the cluster's
    Given pod A on node2
    Then pod A has the resolv.conf:
      """
      search default.svc.cluster.local svc.cluster.local cluster.local
      nameserver 10.96.0.10
      options ndots:5
      """

  Scenario: dnsPolicy says whose servers are asked
    Given a cluster:
      """
      nodes: [{name: node1, roles: [control-plane], taints: []}, {name: node2}]
      externals: [{name: resolver, address: 192.0.2.53}, {name: www.example.com, address: 198.51.100.7}]
      dns: {nameservers: [192.0.2.53], searches: [example.com]}
      """
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: by-default}
      spec: {dnsPolicy: Default, containers: [{name: main, image: main}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: host}
      spec: {hostNetwork: true, containers: [{name: main, image: main}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: host-in-cluster}
      spec: {hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet, containers: [{name: main, image: main}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: own}
      spec: {dnsPolicy: None, dnsConfig: {nameservers: [10.96.0.10], searches: [svc.cluster.local], options: [{name: ndots, value: "2"}]}, containers: [{name: main, image: main}]}
      """
    Then pod by-default has the resolv.conf:
      """
      search example.com
      nameserver 192.0.2.53
      """
    And pod by-default resolves "www" to 198.51.100.7
    And pod by-default does not resolve "kubernetes.default.svc.cluster.local" because "NXDOMAIN"
    And pod host does not resolve "kubernetes.default" because "NXDOMAIN"
    And pod host-in-cluster resolves "kubernetes.default" to Service default/kubernetes
    And pod own resolves "kubernetes.default" to Service default/kubernetes
    And pod own does not resolve "kubernetes" because "NXDOMAIN"
    And node2 resolves "www" to 198.51.100.7

  Scenario: /etc/hosts goes before any server
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {hostAliases: [{ip: 192.0.2.9, hostnames: [nginx, db.example.com]}], containers: [{name: main, image: main}]}
      """
    Then pod a resolves "nginx" to 192.0.2.9
    And pod a resolves "db.example.com" to 192.0.2.9
    And pod a resolves "a" to pod a
    And pod a resolves "localhost" to 127.0.0.1
    And pod a resolves "nginx.default" to Service nginx

  Scenario: CoreDNS passes on what is not the cluster's, by packets
    Given a cluster:
      """
      nodes: [{name: node1, roles: [control-plane], taints: []}, {name: node2}]
      externals: [{name: resolver, address: 192.0.2.53}, {name: www.example.com, address: 198.51.100.7}]
      dns: {nameservers: [192.0.2.53]}
      """
    And pod A on node2
    Then pod A resolves "www.example.com" to 198.51.100.7
    And pod A does not resolve "www.example.org" because "NXDOMAIN"

  Scenario: Nobody behind the Service: the question is refused, and the look-up ends at once
    Given pod A on node2
    Then pod A resolves "nginx" to Service nginx
    When Deployment kube-system/coredns is scaled to 0
    Then pod A does not resolve "nginx" because "UNREACHABLE"

  Scenario: glibc asks a silent server twice, and then once more for the name as it is
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {dnsPolicy: None, dnsConfig: {nameservers: [10.244.9.9], searches: [svc.cluster.local]}, containers: [{name: main, image: debian}]}
      """
    Then pod a gives up resolving "nginx" after 20 seconds
    And pod a gives up resolving "nginx." after 10 seconds

  Scenario: musl asks all servers at once, does not search for names with dots enough, and gives up after five seconds
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: a}
      spec: {containers: [{name: main, image: "alpine:3.20"}]}
      """
    Then pod a resolves "nginx" to Service nginx
    When Deployment kube-system/coredns is scaled to 0
    Then pod a gives up resolving "nginx" after 5 seconds

  Scenario: An answer of more than 512 bytes is asked for again by TCP
    Given the manifests in "fixtures/manifests/dns/many-endpoints.yaml"
    And pod A on node2
    When I capture on pod A eth0
    And pod A looks up "up.default.svc.cluster.local."
    Then the capture on pod A shows:
      """
      IP 10.244.1.*.* > 10.96.0.10.53: 4711+ A? up.default.svc.cluster.local. (46)
      IP 10.96.0.10.53 > 10.244.1.*.*: 4711*-| 29/0/0 A 192.0.2.1, A 192.0.2.2, *
      IP 10.244.1.*.* > 10.96.0.10.53: Flags [S], *
      IP 10.96.0.10.53 > 10.244.1.*.*: Flags [S.], *
      IP 10.244.1.*.* > 10.96.0.10.53: Flags [P.], seq 1:49, * length 48 4713+ A? up.default.svc.cluster.local. (46)
      IP 10.96.0.10.53 > 10.244.1.*.*: Flags [P.], * 4713*- 30/0/0 A 192.0.2.1, *
      """
