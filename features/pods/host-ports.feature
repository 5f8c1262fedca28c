Feature: The outside world reaches a pod by its node's ports
  Two ways without a Service: a pod that uses its node's network has the node's address, and a hostPort of any other pod is translated to it by
  the portmap plug-in, on that one node.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"

  Scenario: A pod on the host network answers at the node's address
    Given pod proxy on node2 listening on TCP 8443 using the host network
    Then client laptop can reach node2 on port 8443
    And the server sees the client's own address
    And it is not DNATed

  Scenario: A hostPort leads to the pod's own port, and the client keeps its address
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node2
        containers: [{name: main, image: nginx, ports: [{containerPort: 8080, hostPort: 80}]}]
      """
    Then client laptop can reach pod web via hostPort 80 on node2 and is DNATed to 10.244.1.2:8080
    And it is not SNATed
    And client laptop cannot reach node3 on port 80 and is refused

  Scenario: A hostPort can be had once on each node
    Given the manifest:
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: edge}
      spec:
        replicas: 3
        selector: {matchLabels: {app: edge}}
        template:
          metadata: {labels: {app: edge}}
          spec: {containers: [{name: main, image: nginx, ports: [{containerPort: 80, hostPort: 80}]}]}
      """
    Then Deployment edge has 2 ready replicas

  Scenario: The scheduler finds no node for a second pod that wants a port of the only one
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec: {nodeSelector: {kubernetes.io/hostname: node2}, containers: [{name: main, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}]}
      """
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec: {nodeSelector: {kubernetes.io/hostname: node2}, hostNetwork: true, containers: [{name: main, image: nginx, ports: [{containerPort: 8080}]}]}
      """
    Then pod second is Pending because "didn't have free ports for the requested pod ports"

  Scenario: Another protocol, or another address of the node, is another port
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec: {nodeName: node2, containers: [{name: main, image: nginx, ports: [{containerPort: 53, hostPort: 53, hostIP: 127.0.0.1}]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec: {nodeName: node2, containers: [{name: main, image: nginx, ports: [{containerPort: 53, hostPort: 53, hostIP: 192.168.1.20}, {containerPort: 53, hostPort: 53, protocol: UDP}]}]}
      """
    Then pod second runs on node2
    And client laptop can reach pod second via hostPort 53 on node2
    And node2 can reach localhost on port 53

  Scenario: Past the scheduler the kubelet refuses, for good
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: first}
      spec: {nodeName: node2, containers: [{name: main, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: second}
      spec: {nodeName: node2, containers: [{name: main, image: nginx, ports: [{containerPort: 81, hostPort: 8080}]}]}
      """
    Then pod second field "status.phase" is "Failed"
    And pod second field "status.reason" is "NodePorts"
    And an event "NodePorts" on pod second says "Predicate NodePorts failed"

  Scenario: Two containers of a pod cannot have one hostPort
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: twins}
      spec:
        containers:
          - {name: one, image: nginx, ports: [{containerPort: 80, hostPort: 8080}]}
          - {name: two, image: nginx, ports: [{containerPort: 81, hostPort: 8080}]}
      """
    Then applying the manifest is refused with "Duplicate value"

  Scenario: What is not declared is nobody's to refuse, and the program that comes second ends
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: first, annotations: {hopspec.dev/listen: "tcp:9100"}}
      spec: {nodeName: node2, hostNetwork: true, containers: [{name: exporter, image: exporter}]}
      """
    And the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: second, annotations: {hopspec.dev/listen: "tcp:9100"}}
      spec: {nodeName: node2, hostNetwork: true, containers: [{name: exporter, image: exporter}]}
      """
    Then container exporter of pod second restarts
    And pod first is ready
    And client laptop can reach node2 on port 9100
    When pod first is deleted
    And 30 seconds pass
    Then pod second is ready

  Scenario: The kubelet's own port is taken on every node
    Given pod greedy on node2 listening on TCP 10250 using the host network
    Then container main of pod greedy restarts
