Feature: NodeLocal DNSCache
  A name server in each node's own namespace takes the address of kube-dns for itself: rules that skip connection tracking let no proxy see what it takes.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"

  Scenario Outline: In mode <mode> pods ask their own node by the address they know
    Given kube-proxy runs in <mode> mode
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 10.96.0.10 on UDP port 53 and is not DNATed
    And it stays on node2
    And the path is:
      | where | what              |
      | pod A | eth0              |
      | node2 | cni0              |
      | node2 | filter INPUT ACCEPT |

    Examples:
      | mode     |
      | iptables |
      | nftables |

  Scenario: The rules and the device are those of the cache
    Given the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    Then node2 has the iptables rule '-A PREROUTING -d 10.96.0.10/32 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK'
    And node2 has the link "nodelocaldns"

  Scenario: In mode ipvs pods are given the cache's own address
    Given a cluster:
      """
      nodes:
        - {name: master, roles: [control-plane], taints: []}
        - {name: node2}
        - {name: node3}
      kubeProxy: {mode: ipvs}
      dns: {clusterDNS: [169.254.20.10]}
      """
    And the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache-ipvs.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 169.254.20.10 on UDP port 53 and stays on node2

  Scenario: It asks CoreDNS by TCP, and without CoreDNS it fails
    Given the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    Then pod A resolves "nginx" to Service nginx
    And node2 can reach Service kube-system/kube-dns-upstream on TCP port 53
    When Deployment kube-system/coredns is scaled to 0
    Then pod A does not resolve "nginx" because "SERVFAIL"

  Scenario: A node without it asks CoreDNS as ever
    Given the manifests in "fixtures/manifests/nginx-node-port.yaml"
    And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
    And pod A on node2
    When pod kube-system/node-local-dns-node2 is deleted
    Then pod A resolves "nginx" to Service nginx
    And pod A can reach address 10.96.0.10 on UDP port 53 and is DNATed

  Rule: Of IPv6, or of both families

    Scenario Outline: In a cluster of IPv6 alone, in mode <mode>, pods ask their own node by the address they know
      Given the cluster in "fixtures/clusters/ipv6.yaml"
      And kube-proxy runs in <mode> mode
      And the manifests in "fixtures/manifests/dns/node-local-cache-ipv6.yaml"
      And pod A on node2
      Then pod A resolves "kubernetes" to Service kubernetes
      And pod A can reach address fd00:10:96::a on UDP port 53 and is not DNATed
      And it stays on node2
      And the path is:
        | where | what                |
        | pod A | eth0                |
        | node2 | cni0                |
        | node2 | filter INPUT ACCEPT |
      And node2 has the ip6tables rule '-A PREROUTING -d fd00:10:96::a/128 -p udp -m udp --dport 53 -m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK'

      Examples:
        | mode     |
        | iptables |
        | nftables |

    Scenario: In mode ipvs pods are given the cache's own address of IPv6
      Given a cluster:
        """
        podCIDR: fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane], taints: []}, {name: node2}, {name: node3}]
        kubeProxy: {mode: ipvs}
        dns: {clusterDNS: ["fd00:169:254::10"]}
        """
      And the manifests in "fixtures/manifests/dns/node-local-cache-ipv6.yaml"
      And pod A on node2
      Then pod A resolves "kubernetes" to Service kubernetes
      And pod A can reach address fd00:169:254::10 on UDP port 53 and stays on node2

    Scenario: A cache is of one family, and what is asked over the other goes past it
      Given the cluster in "fixtures/clusters/dual-stack.yaml"
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: kube-dns, namespace: kube-system}
        spec:
          clusterIPs: [10.96.0.10, "fd00:10:96::a"]
          ipFamilyPolicy: RequireDualStack
          selector: {k8s-app: kube-dns}
          ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53}]
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: coredns, namespace: kube-system, labels: {k8s-app: kube-dns}}
        spec:
          nodeName: node3
          containers: [{name: coredns, image: "registry.k8s.io/coredns/coredns:v1.12.1", ports: [{containerPort: 53, protocol: UDP}, {containerPort: 53}]}]
        """
      And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
      And pod A on node2
      Then pod A resolves "kubernetes" to Service kubernetes
      And pod A can reach address 10.96.0.10 on UDP port 53 and stays on node2
      And pod A can reach address fd00:10:96::a on UDP port 53 and is DNATed to pod kube-system/coredns

    Scenario: Two of them, one for each family, share their device
      Given the cluster in "fixtures/clusters/dual-stack.yaml"
      And the manifests in "fixtures/manifests/dns/node-local-cache.yaml"
      And the manifests in "fixtures/manifests/dns/node-local-cache-ipv6.yaml"
      And pod A on node2
      Then node2 has the link "nodelocaldns dummy"
      And pod A can reach address 10.96.0.10 on UDP port 53 and stays on node2
      And pod A can reach address fd00:10:96::a on UDP port 53 and stays on node2

    Scenario: One that is told addresses of both families ends as soon as it starts
      Given the cluster in "fixtures/clusters/dual-stack.yaml"
      And the manifest:
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: both, namespace: kube-system, annotations: {hopspec.dev/listen: "udp:53,tcp:53"}}
        spec:
          nodeName: node2
          hostNetwork: true
          containers:
            - name: node-cache
              image: registry.k8s.io/dns/k8s-dns-node-cache:1.26.4
              args: ["-localip", "169.254.20.10,fd00:169:254::10"]
        """
      Then pod kube-system/both is not ready
      And pod kube-system/both field "status.containerStatuses[0].state.waiting.reason" is "CrashLoopBackOff"
      And node2 cannot reach address 169.254.20.10 on UDP port 53
