Feature: Load balancers of both families
  A Service of type LoadBalancer is given an address of each family that it has, as far as the balancer's pool has any. What then comes for the one address or the other goes
  ways of its own: neighbour discovery instead of ARP, routes of IPv6, ip6tables.

  Rule: MetalLB on layer 2

    Background:
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}, {name: desk, addresses: [192.168.1.99, "fd00:192:168:1::99"]}]
        loadBalancer: {kind: metallb-l2, pool: "192.168.1.240/29,fd00:192:168:1:f::/112"}
        """
      And pod web on node2 with labels app=web
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: both}
        spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        """

    Scenario: A Service of both families is given an address of each, IPv4 first
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: turned}
        spec: {type: LoadBalancer, ipFamilies: [IPv6, IPv4], ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        """
      Then Service both field "status.loadBalancer.ingress[0].ip" is "192.168.1.240"
      And Service both field "status.loadBalancer.ingress[1].ip" is "fd00:192:168:1:f::"
      And an event "IPAllocated" on Service both says 'Assigned IP ["192.168.1.240" "fd00:192:168:1:f::"]'
      And Service turned field "status.loadBalancer.ingress[0].ip" is "192.168.1.241"
      And Service turned field "status.loadBalancer.ingress[1].ip" is "fd00:192:168:1:f::1"

    Scenario Outline: The node that answers ARP for the one address answers neighbour solicitations for the other
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service both via LoadBalancer over IPv6 and is SNATed to node3
      And the reply returns through node3
      And client laptop can reach Service both via LoadBalancer over IPv4 and is SNATed to node3
      And client desk can reach Service both via LoadBalancer over IPv6 and passes through node3

      Examples:
        | mode     |
        | iptables |
        | nftables |

    Scenario: In mode ipvs no strict ARP is needed for IPv6: a node answers for addresses of the device alone that was asked
      Given kube-proxy runs in ipvs mode
      Then client laptop can reach Service both via LoadBalancer over IPv6 and passes through node3
      And it does not pass through master

    Scenario: A pod that calls the IPv6 address is served on its own node
      Given pod other on node2
      Then pod other can reach Service both via LoadBalancer over IPv6 and is DNATed to pod web
      And it stays on node2

    Scenario: When the node dies another takes both addresses
      When node3 fails
      And 9 seconds pass
      Then client laptop cannot reach Service both via LoadBalancer over IPv6
      When 1 second passes
      Then client laptop can reach Service both via LoadBalancer over IPv6 and is SNATed to node2
      And client laptop can reach Service both via LoadBalancer over IPv4 and is SNATed to node2

    Scenario: Without an endpoint nobody answers for either
      When pod web is deleted
      Then client desk cannot reach Service both via LoadBalancer over IPv6 and is unreachable
      And client desk cannot reach Service both via LoadBalancer over IPv4 and is unreachable

    Scenario: A Service of one family has one address
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: six}
        spec: {type: LoadBalancer, ipFamilies: [IPv6], selector: {app: web}, ports: [{port: 80}]}
        """
      Then Service six field "status.loadBalancer.ingress[0].ip" is "fd00:192:168:1:f::1"
      And Service six field "status.loadBalancer.ingress.length" is 1
      And client laptop can reach Service six via LoadBalancer and is SNATed

    Scenario: A Service that comes to prefer both keeps its address and is given another
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: grows}
        spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
        """
      Then Service grows field "status.loadBalancer.ingress.length" is 1
      When the manifest is applied:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: grows}
        spec: {type: LoadBalancer, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 80}]}
        """
      Then an event "IPAllocated" on Service grows says 'Assigned additional IP "fd00:192:168:1:f::1"'
      And client laptop can reach Service grows via LoadBalancer over IPv6
      And client laptop can reach Service grows via LoadBalancer over IPv4

    Scenario: Addresses are asked for as many as there are families
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: wanted, annotations: {metallb.io/loadBalancerIPs: "192.168.1.245,fd00:192:168:1:f::5"}}
        spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: half, annotations: {metallb.io/loadBalancerIPs: "fd00:192:168:1:f::6"}}
        spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        """
      Then client laptop can reach address fd00:192:168:1:f::5 on port 80
      And client laptop can reach address 192.168.1.245 on port 80
      And an event "AllocationFailed" on Service half says "does not match the ipFamily of the service"
      And client laptop cannot reach address fd00:192:168:1:f::6 on port 80 and is unreachable

    Scenario: Of a pool of one family it is given half to who prefers both, and nothing to who requires them
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}]
        loadBalancer: {kind: metallb-l2, pool: 192.168.1.240/29}
        """
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: prefers}
        spec: {type: LoadBalancer, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 80}]}
        """
      Then an event "AllocationFailed" on Service both says "no available IPs"
      And Service prefers field "status.loadBalancer.ingress.length" is 1
      And an event "AdditionalAssignFailed" on Service prefers says "cannot assign additional IP in PreferDualStack"
      And client laptop can reach Service prefers via LoadBalancer

  Rule: MetalLB by BGP

    Background:
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: node1}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}, {name: friend, addresses: [198.18.0.7, "2001:db8:18::7"]}]
        loadBalancer: {kind: metallb-bgp, pool: "198.51.100.0/24,2001:db8:100::/64"}
        """
      And pod web on node2 with labels app=web
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: both}
        spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: near}
        spec: {type: LoadBalancer, externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        """

    Scenario Outline: The router sends a flow of either family to one node or another
      Given kube-proxy runs in <mode> mode
      Then client laptop can reach Service both via LoadBalancer over IPv6 and is SNATed
      And client laptop can sometimes reach Service both via LoadBalancer over IPv6 and passes through node1
      And client laptop can sometimes reach Service both via LoadBalancer over IPv6 and passes through node3
      And client laptop can reach Service near via LoadBalancer over IPv6 and the server sees 2001:db8::9
      And it does not pass through node3

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario Outline: Source ranges let in who is in them, each for its family
      Given kube-proxy runs in <mode> mode
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: closed}
        spec:
          type: LoadBalancer
          ipFamilyPolicy: RequireDualStack
          selector: {app: web}
          loadBalancerSourceRanges: [198.18.0.0/15, "2001:db8:18::/48"]
          ports: [{port: 80}]
        """
      Then client friend can reach Service closed via LoadBalancer over IPv6
      And client friend can reach Service closed via LoadBalancer over IPv4
      And client laptop cannot reach Service closed via LoadBalancer over IPv6 and times out
      And client laptop cannot reach Service closed via LoadBalancer over IPv4 and times out

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario: Ranges of one family leave the other open
      # kube-proxy sees nothing of the ranges of the other family, and no range at all is no restriction.
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: ajar}
        spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, selector: {app: web}, loadBalancerSourceRanges: [198.18.0.0/15], ports: [{port: 80}]}
        """
      Then client laptop cannot reach Service ajar via LoadBalancer over IPv4 and times out
      And client laptop can reach Service ajar via LoadBalancer over IPv6

    Scenario: A dead node's announcements end with their hold time
      When node1 fails
      And 90 seconds pass
      Then client laptop can reach Service both via LoadBalancer over IPv6 and does not pass through node1

  Rule: A cloud

    Background:
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}]
        loadBalancer: {kind: cloud}
        """
      And pod web on node2 with labels app=web
      And pod client on node3
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: both, annotations: {service.beta.kubernetes.io/aws-load-balancer-proxy-protocol: "*"}}
        spec: {type: LoadBalancer, externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: plain}
        spec: {type: LoadBalancer, externalTrafficPolicy: Local, ipFamilyPolicy: RequireDualStack, selector: {app: web}, ports: [{port: 80}]}
        """

    Scenario: Packets that keep the address go to nodes whose health check passes
      Then Service plain field "status.loadBalancer.ingress[1].ip" is "2001:db8:198:51::2"
      And client laptop can reach Service plain via LoadBalancer over IPv6 and the server sees the client's own address
      And it does not pass through node3
      And pod client can reach Service plain via LoadBalancer over IPv6 and is DNATed to pod web

    Scenario: A proxy calls its targets in the family in which it was called, and its header names the client
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}]
        loadBalancer: {kind: cloud, ipMode: Proxy}
        """
      Then client laptop can reach Service both via LoadBalancer over IPv6 and the server sees 2001:db8:198:51::1
      And the PROXY header names 2001:db8::9
      And client laptop can reach Service both via LoadBalancer over IPv4 and the server sees 198.51.100.1
      And the PROXY header names 203.0.113.9

    Scenario: Pods as targets are called at their address of that family
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}]
        loadBalancer: {kind: cloud, targets: pods}
        """
      And pod host on node3 with labels app=host using the host network
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: direct}
        spec: {type: LoadBalancer, allocateLoadBalancerNodePorts: false, ipFamilyPolicy: RequireDualStack, selector: {app: host}, ports: [{port: 80}]}
        """
      Then client laptop can reach Service direct via LoadBalancer over IPv6 and the server sees 2001:db8:198:51::3
      And the path is:
        | where         | what                  |
        | client laptop | eth0                  |
        | underlay      | * delivered           |
        | underlay      | br0                   |
        | node3         | eth0 delivered        |
      And client laptop can reach Service direct via LoadBalancer over IPv4 and the server sees 198.51.100.3

    Scenario: A cloud that has no addresses of a family gives none at all
      Given a cluster:
        """
        podCIDR: 10.244.0.0/16,fd00:10:244::/56
        nodes: [{name: master, roles: [control-plane]}, {name: node2}, {name: node3}]
        externals: [{name: laptop, addresses: [203.0.113.9, "2001:db8::9"]}]
        loadBalancer: {kind: cloud, pool: 198.51.100.0/24}
        """
      Then an event "SyncLoadBalancerFailed" on Service plain says "no IPv6 address is available"
      And client laptop cannot reach address 198.51.100.1 on port 80 and is unreachable

  Rule: A cluster of IPv6 alone

    Scenario Outline: Its balancers have addresses of IPv6
      Given a cluster:
        """
        podCIDR: fd00:10:244::/56
        nodes: [{name: node1}, {name: node2}, {name: node3}]
        externals: [{name: laptop, address: "2001:db8::9"}]
        loadBalancer: {kind: <kind>, pool: "2001:db8:100::/64"}
        """
      And pod web on node2 with labels app=web
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web}
        spec: {type: LoadBalancer, ipFamilyPolicy: PreferDualStack, selector: {app: web}, ports: [{port: 80}]}
        """
      Then client laptop can reach Service web via LoadBalancer and is SNATed
      And Service web field "status.loadBalancer.ingress.length" is 1

      Examples:
        | kind        |
        | metallb-l2  |
        | metallb-bgp |
        | cloud       |
