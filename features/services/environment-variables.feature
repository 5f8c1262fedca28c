Feature: What a container is told of Services by its environment
  Before there was DNS a container was told of Services by variables, and it still is. The kubelet makes them when it starts a container, out of the Services that
  are there at that moment, and never again while the container runs.

  Background:
    Given the cluster in "fixtures/clusters/three-nodes.yaml"
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: shop-db}
      spec:
        clusterIP: 10.96.10.10
        selector: {app: db}
        ports: [{name: sql, port: 5432, targetPort: 15432}, {name: peer-info, port: 53, protocol: UDP}]
      """

  Scenario: A Service has the address, its first port, and every port by name
    Given pod A on node2
    Then pod A has the environment variable "SHOP_DB_SERVICE_HOST" set to "10.96.10.10"
    And pod A has the environment variable "SHOP_DB_SERVICE_PORT" set to "5432"
    And pod A has the environment variable "SHOP_DB_SERVICE_PORT_SQL" set to "5432"
    And pod A has the environment variable "SHOP_DB_SERVICE_PORT_PEER_INFO" set to "53"

  Scenario: The names of Docker's links are there too
    Given pod A on node2
    Then pod A has the environment variable "SHOP_DB_PORT" set to "tcp://10.96.10.10:5432"
    And pod A has the environment variable "SHOP_DB_PORT_5432_TCP" set to "tcp://10.96.10.10:5432"
    And pod A has the environment variable "SHOP_DB_PORT_5432_TCP_PROTO" set to "tcp"
    And pod A has the environment variable "SHOP_DB_PORT_5432_TCP_PORT" set to "5432"
    And pod A has the environment variable "SHOP_DB_PORT_5432_TCP_ADDR" set to "10.96.10.10"
    And pod A has the environment variable "SHOP_DB_PORT_53_UDP" set to "udp://10.96.10.10:53"

  Scenario: A container knows the Services that were there when it was started, and no later ones
    Given pod early on node2
    When the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: late}
      spec: {clusterIP: 10.96.10.20, selector: {app: late}, ports: [{port: 80}]}
      """
    Then pod early has no environment variable "LATE_SERVICE_HOST"
    When the container of pod early crashes
    Then pod early has the environment variable "LATE_SERVICE_HOST" set to "10.96.10.20"

  Scenario: It keeps the address of a Service that is made anew
    Given pod early on node2
    When Service shop-db is deleted
    And the manifest is applied:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: shop-db}
      spec: {clusterIP: 10.96.10.11, selector: {app: db}, ports: [{name: sql, port: 5432}]}
      """
    Then pod early has the environment variable "SHOP_DB_SERVICE_HOST" set to "10.96.10.10"

  Scenario: Services of other namespaces are not told of, but for the API server's
    Given the namespace "other"
    And pod A on node2
    Then pod A has no environment variable "SHOP_DB_SERVICE_HOST"
    And pod A has the environment variable "KUBERNETES_SERVICE_HOST" set to "10.96.0.1"
    And pod A has the environment variable "KUBERNETES_SERVICE_PORT" set to "443"
    And pod A has the environment variable "KUBERNETES_SERVICE_PORT_HTTPS" set to "443"
    And pod A has the environment variable "KUBERNETES_PORT" set to "tcp://10.96.0.1:443"

  Scenario: enableServiceLinks leaves the API server's alone
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: plain}
      spec: {enableServiceLinks: false, containers: [{name: main, image: main}]}
      """
    Then pod plain has no environment variable "SHOP_DB_SERVICE_HOST"
    And pod plain has the environment variable "KUBERNETES_SERVICE_HOST" set to "10.96.0.1"

  Scenario: A Service without an address has none
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: headless}
      spec: {clusterIP: None, selector: {app: db}, ports: [{port: 80}]}
      """
    And pod A on node2
    Then pod A has no environment variable "HEADLESS_SERVICE_HOST"

  Scenario: A program that reads REDIS_PORT as a number, and a Service named redis
    Given the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: redis}
      spec: {clusterIP: 10.96.10.30, selector: {app: redis}, ports: [{port: 6379}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: broken}
      spec: {containers: [{name: main, image: main}]}
      ---
      apiVersion: v1
      kind: Pod
      metadata: {name: mended}
      spec: {containers: [{name: main, image: main, env: [{name: REDIS_PORT, value: "6379"}]}]}
      """
    Then pod broken has the environment variable "REDIS_PORT" set to "tcp://10.96.10.30:6379"
    And pod mended has the environment variable "REDIS_PORT" set to "6379"

  Scenario: A container's own variables may refer to those before them and to those of Services
    Given the manifest:
      """
      apiVersion: v1
      kind: Pod
      metadata: {name: web}
      spec:
        nodeName: node2
        containers:
          - name: nginx
            image: nginx
            envFrom: [{configMapRef: {name: settings}, prefix: APP_}]
            env:
              - {name: EARLY, value: $(LATE)}
              - {name: LATE, value: "here"}
              - {name: URL, value: "sql://$(SHOP_DB_SERVICE_HOST):$(SHOP_DB_SERVICE_PORT)/$(LATE)/$(APP_table)"}
              - {name: PRICE, value: "$$(LATE) is 5$"}
              - {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
              - {name: KEY, valueFrom: {secretKeyRef: {name: keys, key: api}}}
          - {name: log, image: log}
      ---
      apiVersion: v1
      kind: ConfigMap
      metadata: {name: settings}
      data: {table: orders}
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: keys}
      data: {api: aHVudGVyMg==}
      """
    Then the container nginx of pod web has the environment variable "URL" set to "sql://10.96.10.10:5432/here/orders"
    And the container nginx of pod web has the environment variable "EARLY" set to "$(LATE)"
    And the container nginx of pod web has the environment variable "PRICE" set to "$(LATE) is 5$"
    And container nginx of pod web has the environment variable "NODE" set to "node2"
    And container nginx of pod web has the environment variable "KEY" set to "hunter2"
    And the container log of pod web has no environment variable "URL"
