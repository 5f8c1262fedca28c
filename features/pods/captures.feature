Feature: What tcpdump shows
  A tap sees packets as its device does: before or after a translation, inside or outside of a tunnel. On the host a packet from another node is seen
  twice, as it comes out of the tunnel and on its way into the pod.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And pod client on node2
    And pod web on node3 listening on TCP 80

  # Whoever is asked for its address learns that of the asker: the pod need not ask back.
  Scenario: In the container a packet is seen once, and nothing of the tunnel but its smaller MSS
    When I capture on pod web eth0
    And pod client connects to pod web
    Then the capture on pod web shows exactly:
      """
      ARP, Request who-has 10.244.2.2 tell 10.244.2.1, length 28
      ARP, Reply 10.244.2.2 is-at *
      IP 10.244.1.2.* > 10.244.2.2.80: Flags [S], seq 0, win 64860, options [mss 1410], length 0
      IP 10.244.2.2.80 > 10.244.1.2.*: Flags [S.], seq 0, ack 1, *
      IP 10.244.1.2.* > 10.244.2.2.80: Flags [.], ack 1, *
      IP 10.244.1.2.* > 10.244.2.2.80: Flags [P.], seq 1:2, ack 1, *: HTTP
      IP 10.244.2.2.80 > 10.244.1.2.*: Flags [P.], seq 1:2, ack 2, *: HTTP
      """

  Scenario: On the host it is seen in its tunnel, out of it, and on the pod's own device
    When I capture on node3 any
    And pod client connects to pod web
    Then the capture on node3 shows:
      """
      eth0 In IP 192.168.1.20.* > 192.168.1.30.8472: OTV, flags [I] (0x08), overlay 0, instance 1
      IP 10.244.1.2.* > 10.244.2.2.80: Flags [S], *
      flannel.1 In IP 10.244.1.2.* > 10.244.2.2.80: Flags [S], *
      cni0 Out IP 10.244.1.2.* > 10.244.2.2.80: Flags [S], *
      veth* Out IP 10.244.1.2.* > 10.244.2.2.80: Flags [S], *
      flannel.1 Out IP 10.244.2.2.80 > 10.244.1.2.*: Flags [S.], *
      """

  Scenario: A Service's address is seen until the node has translated it
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: shop, labels: {app: shop}}
      spec: {nodeName: node3, containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: shop}
      spec: {clusterIP: 10.96.0.80, selector: {app: shop}, ports: [{port: 80}]}
      """
    When I capture on pod client eth0
    And I capture on node2 flannel.1
    And pod client connects to Service shop
    Then the capture on pod client shows:
      """
      IP 10.244.1.2.* > 10.96.0.80.80: Flags [S], *
      IP 10.96.0.80.80 > 10.244.1.2.*: Flags [S.], *
      """
    And the capture on node2 shows:
      """
      IP 10.244.1.2.* > 10.244.2.3.80: Flags [S], *
      """

  Scenario: A closed port answers at once
    When I capture on pod client any
    And pod client connects to pod web on port 81
    Then the capture on pod client shows:
      """
      eth0 Out IP 10.244.1.2.* > 10.244.2.2.81: Flags [S], *
      eth0 In IP 10.244.2.2.81 > 10.244.1.2.*: Flags [R.], seq 0, ack 1, win 0, length 0
      """

  Scenario: A ping is asked and answered
    When I capture on pod web any
    And pod client connects to pod web by ping
    Then the capture on pod web shows:
      """
      IP 10.244.1.2 > 10.244.2.2: ICMP echo request, id *, seq 1, length 64
      IP 10.244.2.2 > 10.244.1.2: ICMP echo reply, id *, seq 1, length 64
      """
