Feature: A cluster is described, and what its nodes are given can be asked for

  Scenario: A cluster file in the spec itself
    Given a cluster:
      """
      apiVersion: hopspec.dev/v1
      kind: Cluster
      spec:
        nodes: [{name: node1, sysctls: {net.ipv4.conf.all.rp_filter: 1}}, {name: node2}]
      """
    And the CNI is bridge
    Then node1 has the sysctl "net.ipv4.conf.all.rp_filter = 1"
    And node1 has the iptables chain "KUBE-NODEPORTS"

  Scenario: A plug-in with settings of its own
    Given a cluster with 2 nodes
    And the CNI is flannel with:
      | Backend.Type | vxlan |
      | Backend.VNI  | 7     |
    And pod A on node1
    Then node1 has the link "flannel.7 vxlan id 7 *"
    And node1 has the neighbour "10.244.1.0 lladdr *"
    And node1 has the neighbour "10.244.1.0"
    And node1 has the route "10.244.1.0/24 via 10.244.1.0"
    And node1 has the fdb entry "* dst 192.168.1.20 *"
    And node1 has the iptables rule "-A KUBE-SERVICES …"

  Scenario: Time moves by the hand of the scenario alone
    Given time only moves when told
    And a cluster with 2 nodes
    And pod A on node1
    Then pod A is Pending
    When 1 second passes
    Then pod A is ready

  Scenario: What a real API server refuses is refused with its words
    Given a cluster with 2 nodes
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: Web}
      spec: {ports: [{port: 80}]}
      """
    Then applying the manifest is refused with:
      """
      a DNS-1035 label must consist of
      """

  Scenario: A port without a name has no record of its own
    Given a cluster with 2 nodes
    And pod A on node1 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: None, selector: {app: web}, ports: [{port: 80}]}
      """
    Then pod A does not resolve the SRV record "_http._tcp.web"
