Feature: Connections that are open when something changes
  A node translates the first packet of a connection by its rules, and all others as it did the first: rules that change later concern new connections. What
  an open one meets depends on who is at its end, on connection tracking, and, for UDP, on kube-proxy, which deletes what leads to an endpoint that is gone.

  Background:
    Given a cluster with 3 nodes
    And pod A on node2
    And pod B on node3 with labels app=web listening on TCP 80 and UDP 53
    And pod C on node1 with labels app=spare listening on TCP 80 and UDP 53
    And pod D on node3
    And pod E on node1
    And an external client laptop at 203.0.113.9
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec:
        type: NodePort
        selector: {app: web}
        ports: [{name: http, port: 80, nodePort: 30080}, {name: dns, port: 53, protocol: UDP}]
      """

  Rule: TCP

    Scenario Outline: An endpoint that is none any more goes on serving who is connected
      Given kube-proxy runs in <mode> mode
      When pod A connects to Service web on port 80
      And pod C is labelled app=web
      And pod B is labelled app=drained
      Then pod A can reach Service web and is DNATed to pod C
      But that connection still works
      And it is DNATed to pod B

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    Scenario: A pod that stops being ready loses no connection
      When pod A connects to Service web on port 80
      And pod B stops being ready
      Then pod A cannot reach Service web and is refused
      But that connection still works

    Scenario Outline: In the modes iptables and nftables a connection outlives its Service
      Given kube-proxy runs in <mode> mode
      When pod A connects to Service web on port 80
      And Service web is deleted
      Then that connection still works

      Examples:
        | mode     |
        | iptables |
        | nftables |

    Scenario: In mode ipvs it does not
      Given kube-proxy runs in ipvs mode
      When pod A connects to Service web on port 80
      And Service web is deleted
      Then that connection no longer works

    # What iptables and nftables go by is connection tracking, which kube-proxy gives a day.
    Scenario Outline: A quarter of an hour of silence ends a connection in mode ipvs alone
      Given kube-proxy runs in <mode> mode
      When pod A connects to Service web on port 80
      And 14 minutes pass
      And that connection is used
      And 14 minutes pass
      Then that connection still works
      When 16 minutes pass
      Then that connection <fate>

      Examples:
        | mode     | fate        |
        | iptables | still works |
        | ipvs     | is reset    |
        | nftables | still works |

    Scenario: A pod that is deleted closes its connections
      When pod A connects to Service web on port 80
      And client laptop connects to Service web via NodePort 30080 on node1
      And pod B is deleted
      Then that connection is closed
      And the connection of pod A is closed

    Scenario: A pod that is told to end and takes its time serves until it ends
      Given the manifest:
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: slow, labels: {app: slow}}
        spec:
          nodeName: node3
          containers:
            - name: main
              image: slow
              ports: [{containerPort: 80}]
              lifecycle: {preStop: {sleep: {seconds: 10}}}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: slow}
        spec: {selector: {app: slow}, ports: [{port: 80}]}
        """
      When pod A connects to Service slow
      And pod slow is deleted
      And 9 seconds pass
      Then that connection still works
      # Nobody else is there, so that it serves newcomers too.
      And pod A can reach Service slow
      When 1 second passes
      Then that connection is closed
      And pod A cannot reach Service slow and is refused

    Scenario: A crash closes connections, whatever is started in its place
      When pod A connects to Service web on port 80
      And the container of pod B crashes
      Then pod A can reach Service web
      But that connection is closed

    Scenario: A dead machine closes nothing
      When pod A connects to Service web on port 80
      And node3 fails
      Then that connection times out
      When 10 seconds pass
      And node3 recovers
      Then that connection still works

    Scenario: A link that is cut and restored in time leaves no trace
      When pod A connects to Service web on port 80
      And the link between node2 and node3 is cut
      Then that connection times out
      When the link between node2 and node3 is restored
      Then that connection still works

    Scenario: What ended while nobody could hear it is reset
      When pod A connects to Service web on port 80
      And the link between node2 and node3 is cut
      And the container of pod B crashes
      And the link between node2 and node3 is restored
      Then that connection is reset

    Scenario: A node whose kube-proxy lags opens connections to a pod that is gone, and they stay dead
      Given kube-proxy on node2 lags by 5 seconds
      When pod B is deleted
      And pod C is labelled app=web
      And pod A connects to Service web on port 80
      And 5 seconds pass
      Then pod A can reach Service web and is DNATed to pod C
      But that connection is unreachable

  Rule: UDP

    Scenario Outline: Who talks to an endpoint that goes is given another: kube-proxy deletes the connection
      Given kube-proxy runs in <mode> mode
      When pod A connects to Service web on UDP port 53
      And pod C is labelled app=web
      And pod B is labelled app=drained
      Then that connection still works
      And it is DNATed to pod C

      Examples:
        | mode     |
        | iptables |
        | ipvs     |
        | nftables |

    # Kubernetes 1.34 passes over Services without a serving endpoint.
    Scenario: The last endpoint that goes keeps its clients, for as long as they talk
      When pod A connects to Service web on UDP port 53
      And pod B is labelled app=drained
      Then pod A cannot reach Service web on UDP port 53 and is refused
      But that connection still works
      When 20 seconds pass
      And that connection is used
      And 20 seconds pass
      Then that connection still works
      When 3 minutes pass
      Then that connection is refused

    Scenario: A pod that is gone is called until kube-proxy has seen it
      Given kube-proxy on node2 lags by 5 seconds
      When pod A connects to Service web on UDP port 53
      And pod C is labelled app=web
      And pod B is deleted
      Then that connection no longer works
      When 5 seconds pass
      Then that connection still works
      And it is DNATed to pod C

    Scenario: Nothing is deleted for a Service that is deleted
      When pod A connects to Service web on UDP port 53
      And Service web is deleted
      Then that connection still works
      And it is DNATed to pod B

    Scenario: A socket that called nobody finds who comes later
      Given the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: later}
        spec: {selector: {app: later}, ports: [{port: 53, protocol: UDP}]}
        """
      When pod A connects to Service later
      Then that connection is refused
      When pod C is labelled app=later
      Then pod A can reach Service later

  Rule: Policies

    Scenario Outline: Source ranges are for those who come: modes iptables and nftables let in who is in
      Given kube-proxy runs in <mode> mode
      And the manifest:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: public}
        spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 80}]}
        status: {loadBalancer: {ingress: [{ip: 198.51.100.7}]}}
        """
      When pod A connects to Service public via LoadBalancer
      And the manifest is applied:
        """
        apiVersion: v1
        kind: Service
        metadata: {name: public}
        spec: {type: LoadBalancer, loadBalancerSourceRanges: [192.0.2.0/24], selector: {app: web}, ports: [{port: 80}]}
        """
      Then pod A cannot reach Service public via LoadBalancer and times out
      But that connection still works

      Examples:
        | mode     |
        | iptables |
        | nftables |
