Feature: nginx is reachable inside the cluster and from outside
  Two replicas behind a Service of type NodePort, in a cluster of three nodes. Everything here runs on a simulated cluster:
  change a manifest, or a sentence, and see what it says. `npx hopspec steps` lists every sentence there is.

  # Given: the cluster, and what is applied to it. Paths begin at the folder that hopspec runs in.
  Background:
    Given the cluster in "clusters/three-nodes.yaml"
    And the manifests in "manifests/nginx.yaml"

  # Then: what the control plane has made of it …
  Scenario: The replicas are up, and their Service finds them
    Then Deployment nginx has 2 ready replicas
    And the pods of Deployment nginx run on different nodes

  # … and what traffic does. A sentence is true only if it is true whichever endpoint kube-proxy chooses.
  Scenario: A pod reaches nginx through the Service's own address
    Given pod A on node1
    Then pod A can reach Service nginx via ClusterIP and is not SNATed
    And it is spread over 2 endpoints

  # `it` is about the sentence before. A NodePort without a node means every node.
  Scenario: The NodePort answers on every node
    Given an external client laptop at 203.0.113.9
    Then client laptop can reach Service nginx via NodePort 30080
    And it is SNATed
    But client laptop cannot reach Service nginx via ClusterIP

  # When: something changes. Time is simulated too: waiting costs nothing.
  Scenario: A node fails
    Given pod A on node1
    When node3 fails
    And 50 seconds pass
    Then pod A can reach Service nginx
    And within 6 minutes Deployment nginx has 2 ready replicas
