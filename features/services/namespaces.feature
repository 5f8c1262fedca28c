Feature: Namespaces separate names, not packets
  A Service selects pods of its own namespace only. Without a NetworkPolicy everybody reaches everybody, if the name is written out.

  Background:
    Given a cluster with 3 nodes
    And the namespace "shop"
    And pod cart on node2 with labels app=cart
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: cart}
      spec: {selector: {app: cart}, ports: [{port: 80}]}
      """
    And the namespace "blog"
    And pod reader on node3

  Scenario: A Service of another namespace is reached by its full name
    Then pod reader can reach Service shop/cart
    And it is DNATed to pod shop/cart

  Scenario: Pods of one namespace reach those of another
    Then every pod in namespace shop can reach every pod in namespace blog
    And the connectivity on TCP port 80 is:
      |               | pod shop/cart | pod reader |
      | pod shop/cart | yes           | yes        |
      | pod reader    | yes           | yes        |

  Scenario: Equal labels in another namespace make no endpoint
    Given pod spare on node1 with labels app=cart
    Then Service shop/cart has endpoints pod shop/cart
