Feature: What CoreDNS says of Services and pods
  Every kind of record that the kubernetes plug-in knows, and how it says no: NXDOMAIN where there is no such name, NODATA where the name has no such record.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {clusterIP: 10.96.7.7, selector: {app: web}, ports: [{name: http, port: 80, targetPort: 8080}, {name: dns, port: 53, protocol: UDP}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: db}
      spec: {clusterIP: None, selector: {app: db}, ports: [{name: sql, port: 5432, targetPort: 5433}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: db-0, labels: {app: db}}
      spec: {hostname: db-0, subdomain: db, containers: [{name: main, image: db, ports: [{containerPort: 5433}]}]}
      """
    And pod A on node2

  Scenario: A port with a name has a SRV record
    Then pod A resolves the SRV record "_http._tcp.web" to "0 100 80 web.default.svc.cluster.local."
    And pod A resolves the SRV record "_dns._udp.web" to "0 100 53 web.default.svc.cluster.local."
    And pod A does not resolve the SRV record "_http._udp.web" because "NXDOMAIN"

  Scenario: Behind a headless Service each pod has its own, with the port it listens on
    Then pod A resolves the SRV record "_sql._tcp.db" to "0 100 5433 db-0.db.default.svc.cluster.local."
    And pod A resolves "db-0.db" to pod db-0

  Scenario: Pods share the weight of a headless Service
    Given pod other on node3 with labels app=db listening on TCP 5433
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: names}
      spec: {clusterIP: None, ports: [{name: sql, port: 1}]}
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata: {name: names-1, labels: {kubernetes.io/service-name: names}}
      addressType: IPv4
      ports: [{name: sql, port: 5432}]
      endpoints: [{addresses: [192.0.2.1]}, {addresses: [192.0.2.2], hostname: two}]
      """
    Then pod A resolves the SRV record "_sql._tcp.names" to "0 50 5432 192-0-2-1.names.default.svc.cluster.local." and "0 50 5432 two.names.default.svc.cluster.local."

  Scenario: An address has the name of its Service, or of a pod behind one
    Then pod A resolves the PTR record "10.96.7.7" to "web.default.svc.cluster.local."
    And pod A does not resolve the PTR record "10.96.7.8" because "NXDOMAIN"

  Scenario: A name without such a record is there all the same
    Then pod A does not resolve the AAAA record "web" because "NODATA"
    And pod A does not resolve "default.svc.cluster.local" because "NODATA"
    And pod A does not resolve "nobody" because "NXDOMAIN"
    And pod A does not resolve "web.elsewhere.svc.cluster.local" because "NXDOMAIN"

  Scenario: An ExternalName is a CNAME, and leads on through others
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: first}
      spec: {type: ExternalName, externalName: second.default.svc.cluster.local}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: second}
      spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: away}
      spec: {type: ExternalName, externalName: laptop}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: lost}
      spec: {type: ExternalName, externalName: nobody.default.svc.cluster.local}
      """
    Then pod A resolves the CNAME record "first" to "second.default.svc.cluster.local."
    And pod A resolves "first" to Service web
    And pod A resolves "away" to 203.0.113.9
    And pod A does not resolve "lost" because "NODATA"

  Scenario: The zone says who serves it
    Then pod A resolves the NS record "cluster.local." to "kube-dns.kube-system.svc.cluster.local."
    And pod A resolves the TXT record "dns-version.cluster.local." to "1.1.0"

  Scenario: A pod's address has a name in its namespace, whether or not it is there
    Then pod A resolves "10-244-9-9.default.pod.cluster.local" to 10.244.9.9
    And pod A does not resolve "10-244-9-9.nowhere.pod.cluster.local" because "NXDOMAIN"

  Scenario: A name in full can be called as it stands in a URL
    Given pod one on node3 with labels app=web listening on TCP 8080
    Then pod A can reach web.default.svc.cluster.local:80
    And it is DNATed to pod one
    And pod A can reach web:80
    And pod A cannot reach nobody.default.svc.cluster.local:80
