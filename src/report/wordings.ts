/**
 * Every wording that has a binding, as registered, with an example: for `hopspec steps`, and for the nearest known wording when a step
 * is not understood. A test holds it against the bindings.
 */
export interface Wording {
  readonly group: string;
  /** The cucumber expression. */
  readonly expression: string;
  readonly example: string;
  /** A doc string or table follows. */
  readonly argument?: 'doc string' | 'table' | 'doc string or table';
  /** True where the wording is understood and its behaviour is not modelled yet: such a scenario ends "cannot say". */
  readonly notYet?: true;
}

type Line = readonly [expression: string, example: string, more?: Pick<Wording, 'argument' | 'notYet'>];

const notYet = { notYet: true } as const;
const docString = { argument: 'doc string' } as const;
const table = { argument: 'table' } as const;
const either = { argument: 'doc string or table' } as const;

const GIVEN: readonly Line[] = [
  ['a cluster:', 'Given a cluster:', docString],
  ['the cluster in {string}', 'Given the cluster in "fixtures/clusters/three-nodes.yaml"'],
  ['a cluster with {int} node(s)', 'Given a cluster with 3 nodes'],
  ['a cluster with nodes:', 'Given a cluster with nodes:', table],
  ['the CNI is {name}', 'Given the CNI is flannel'],
  ['the CNI is {name} with backend {string}', 'Given the CNI is flannel with backend "vxlan"'],
  ['the CNI is {name} with:', 'Given the CNI is flannel with:', either],
  ['kube-proxy runs in {proxyMode} mode', 'Given kube-proxy runs in iptables mode'],
  ['kube-proxy runs in {proxyMode} mode with:', 'Given kube-proxy runs in iptables mode with:', either],
  ['kube-proxy lags by {duration}', 'Given kube-proxy lags by 5 seconds'],
  ['kube-proxy on {name} lags by {duration}', 'Given kube-proxy on node2 lags by 5 seconds'],
  ['the namespace {string}', 'Given the namespace "shop"'],
  ['pod {name}{podOptions}', 'Given pod A on node1 with labels app=web listening on UDP 53 and TCP 8080'],
  ['an external client {name} at {name}', 'Given an external client laptop at 203.0.113.9'],
  ['an external client {name} at {name} and {name}', 'Given an external client laptop at 203.0.113.9 and 2001:db8::9'],
  ['time only moves when told', 'Given time only moves when told'],
  ['the manifest:', 'Given the manifest:', docString],
  ['the manifest(s) in {string}', 'Given the manifests in "fixtures/manifests/shop"'],
];

const WHEN: readonly Line[] = [
  ['the manifest is applied:', 'When the manifest is applied:', docString],
  ['the manifest(s) in {string} is/are applied', 'When the manifests in "fixtures/manifests/shop" are applied'],
  ['{resource} is deleted', 'When pod A is deleted'],
  ['{resource} is labelled {labels}', 'When pod A is labelled tier=back'],
  ['{workload} is scaled to {int}', 'When Deployment web is scaled to 5'],
  ['the image of {workload} becomes {string}', 'When the image of Deployment web becomes "nginx:1.27"'],
  ['{workload} is rolled back', 'When Deployment web is rolled back'],
  ['{duration} pass(es)', 'When 40 seconds pass'],
  ['{name} fails', 'When node2 fails'],
  ['{name} recovers', 'When node2 recovers'],
  ['{name} is drained', 'When node2 is drained'],
  ['{name} joins', 'When node3 joins'],
  ['the link between {name} and {name} is cut', 'When the link between node1 and node2 is cut'],
  ['the link between {name} and {name} is restored', 'When the link between node1 and node2 is restored'],
  ['the link between {name} and {name} loses {int}% of packets', 'When the link between node1 and node2 loses 10% of packets'],
  ['pod {name} stops being ready', 'When pod A stops being ready'],
  ['the container of pod {name} crashes', 'When the container of pod A crashes'],
  ['container {name} of pod {name} crashes', 'When container nginx of pod A crashes'],
  ['kube-proxy catches up', 'When kube-proxy catches up'],
  ['kube-proxy on {name} catches up', 'When kube-proxy on node2 catches up'],
  ['I capture on {place} {name}', 'When I capture on node1 any'],
  ['{subject} connects to {target}', 'When pod A connects to Service nginx on port 80'],
  ['{connection} is used', 'When that connection is used'],
  ['{subject} looks up {string}', 'When pod A looks up "nginx"'],
];

const TRAFFIC: readonly Line[] = [
  ['{subject} can reach {target}', 'Then pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed'],
  ['{subject} cannot reach {target}', 'Then client laptop cannot reach Service nginx'],
  ['{subject} can sometimes reach {target}', 'Then pod A can sometimes reach Service nginx'],
  ['the path is:', 'Then the path is:', table],
  ['the path is exactly:', 'Then the path is exactly:', table],
  ['the reply path is:', 'Then the reply path is:', table],
  ['the reply path is exactly:', 'Then the reply path is exactly:', table],
  ['the connectivity on {protocol} port {int} is:', 'Then the connectivity on TCP port 80 is:', table],
  [
    '{int} connections from {subject} to {target} are spread within {int}% of even',
    'Then 1000 connections from pod A to Service nginx are spread within 5% of even',
  ],
  ['{connection} still works', 'Then that connection still works'],
  ['{connection} no longer works', 'Then the connection of pod A no longer works'],
  ['{connection} is closed', 'Then that connection is closed'],
  ['{connection} is reset', 'Then that connection is reset'],
  ['{connection} is refused', 'Then that connection is refused'],
  ['{connection} times out', 'Then that connection times out'],
  ['{connection} is unreachable', 'Then that connection is unreachable'],
  [
    '{connection} is answered by the same endpoint as the one before',
    'Then that connection is answered by the same endpoint as the one before',
  ],
  [
    '{connection} is answered by another endpoint than the one before',
    'Then that connection is answered by another endpoint than the one before',
  ],
  [
    '{connection} may be answered by another endpoint than the one before',
    'Then that connection may be answered by another endpoint than the one before',
  ],
  ['the capture on {place} shows:', 'Then the capture on node1 shows:', docString],
  ['the capture on {place} shows exactly:', 'Then the capture on node1 shows exactly:', docString],
  ['{subject} resolves {string} to {target}', 'Then pod A resolves "nginx" to Service nginx'],
  [
    '{subject} resolves the {word} record {string} to {target}',
    'Then pod A resolves the SRV record "_http._tcp.web" to "0 100 80 web.default.svc.cluster.local."',
  ],
  ['{subject} does not resolve {string}', 'Then pod A does not resolve "nginx"'],
  ['{subject} does not resolve {string} because {string}', 'Then pod A does not resolve "nginx" because "NXDOMAIN"'],
  ['{subject} does not resolve the {word} record {string}', 'Then pod A does not resolve the AAAA record "nginx"'],
  [
    '{subject} does not resolve the {word} record {string} because {string}',
    'Then pod A does not resolve the AAAA record "nginx" because "NODATA"',
  ],
  ['{subject} gives up resolving {string} after {int} second(s)', 'Then pod A gives up resolving "nginx" after 20 seconds'],
  ['{place} has the resolv.conf:', 'Then pod A has the resolv.conf:', docString],
];

const LAST_CLAIM: readonly Line[] = [
  ['it is SNATed', 'And it is SNATed'],
  ['it is SNATed to {address}', 'And it is SNATed to node2'],
  ['it is not SNATed', 'And it is not SNATed'],
  ['it is not SNATed to {address}', 'And it is not SNATed to node2'],
  ['it is DNATed to {address}', 'And it is DNATed to 10.244.2.3:8080'],
  ['it is DNATed', 'And it is DNATed'],
  ['it is not DNATed', 'And it is not DNATed'],
  ['it is not DNATed to {address}', 'And it is not DNATed to pod B'],
  ['the server sees {address}', 'And the server sees 10.244.1.1'],
  ["the server sees the client's own address", "And the server sees the client's own address"],
  ['the PROXY header names {address}', 'And the PROXY header names 203.0.113.9'],
  ["the PROXY header names the client's own address", "And the PROXY header names the client's own address"],
  ['it carries no PROXY header', 'And it carries no PROXY header'],
  ['it is encapsulated in {name}', 'And it is encapsulated in VXLAN'],
  ['it is encapsulated', 'And it is encapsulated'],
  ['it is encapsulated in {name} between {name} and {name}', 'And it is encapsulated in VXLAN between node1 and node2'],
  ['it is not encapsulated', 'And it is not encapsulated'],
  ['it is not encapsulated in {name}', 'And it is not encapsulated in IPIP'],
  ['it passes through {name}', 'And it passes through node2'],
  ['it passes through chain {name} on {name}', 'And it passes through chain KUBE-POSTROUTING on node2'],
  ['it passes through chain {name}', 'And it passes through chain KUBE-POSTROUTING'],
  ['it does not pass through {name}', 'And it does not pass through node2'],
  ['it does not pass through chain {name}', 'And it does not pass through chain KUBE-MARK-MASQ'],
  ['it does not pass through chain {name} on {name}', 'And it does not pass through chain KUBE-MARK-MASQ on node2'],
  ['it stays on {name}', 'And it stays on node1'],
  ['it is answered only by pods on {name}', 'And it is answered only by pods on node1'],
  ['it is spread over {int} endpoint(s)', 'And it is spread over 3 endpoints'],
  ['it takes {int} hop(s)', 'And it takes 3 hops'],
  ['it has a path MTU of {int}', 'And it has a path MTU of 1450'],
  ['it has an MSS of {int}', 'And it has an MSS of 1410'],
  ['it is dropped by {name} {name}', 'And it is dropped by NetworkPolicy deny-all'],
  ['it is dropped by {name} {name} on {name}', 'And it is dropped by Service nginx on node2'],
  ['it is dropped', 'And it is dropped'],
  ['it is dropped on {name}', 'And it is dropped on node2'],
  ['it is dropped in {name}', 'And it is dropped in FORWARD'],
  ['it is dropped on {name} in {name}', 'And it is dropped on node2 in FORWARD'],
  ['it is refused', 'And it is refused'],
  ['it times out', 'And it times out'],
  ['it is unreachable', 'And it is unreachable'],
  ['the reply returns through {name}', 'And the reply returns through node1'],
];

const CONTROL_PLANE: readonly Line[] = [
  ['applying the manifest(s) is refused with {string}', 'Then applying the manifest is refused with "a DNS-1035 label must consist of"'],
  ['applying the manifest(s) is refused with:', 'Then applying the manifest is refused with:', docString],
  ['{workload} has {int} ready replica(s)', 'Then Deployment nginx has 2 ready replicas'],
  ['the pods of {workload} run on different nodes', 'Then the pods of Deployment nginx run on different nodes'],
  ['pod {name} runs on {name}', 'Then pod A runs on node2'],
  ['pod {name} is Pending', 'Then pod A is Pending'],
  ['pod {name} is Pending because {string}', 'Then pod A is Pending because "Insufficient cpu"'],
  ['pod {name} is ready', 'Then pod A is ready'],
  ['pod {name} is not ready', 'Then pod A is not ready'],
  ['container {name} of pod {name} restarts', 'Then container ssh of pod A restarts'],
  [
    '(the )container {name} of pod {name} has the environment variable {string} set to {string}',
    'Then the container nginx of pod A has the environment variable "WEB_SERVICE_HOST" set to "10.96.0.10"',
  ],
  [
    '(the )container {name} of pod {name} has no environment variable {string}',
    'Then the container nginx of pod A has no environment variable "WEB_SERVICE_HOST"',
  ],
  [
    'pod {name} has the environment variable {string} set to {string}',
    'Then pod A has the environment variable "KUBERNETES_SERVICE_PORT" set to "443"',
  ],
  ['pod {name} has no environment variable {string}', 'Then pod A has no environment variable "WEB_SERVICE_HOST"'],
  ['Service {name} has endpoints {pods}', 'Then Service nginx has endpoints pod nginx-a and pod nginx-b'],
  ['Service {name} has no endpoints', 'Then Service nginx has no endpoints'],
  ['Service {name} has endpoints:', 'Then Service nginx has endpoints:', table],
  ['{resource} field {string} is {int}', 'Then Deployment web field "status.availableReplicas" is 2'],
  ['{resource} field {string} is {string}', 'Then pod A field "status.phase" is "Running"'],
  ['an event {string} on {resource} says {string}', 'Then an event "FailedScheduling" on pod A says "0/3 nodes are available"'],
  ['{name} has the iptables rule {string}', 'Then node1 has the iptables rule "-A KUBE-SERVICES -d 10.96.0.1/32 *"'],
  ['{name} has the ip6tables rule {string}', 'Then node1 has the ip6tables rule "-A KUBE-SERVICES -d fd00:10:96::1/128 *"'],
  ['{name} has the (iptables )chain {string}', 'Then node1 has the iptables chain "KUBE-NODEPORTS"'],
  ['{name} has the route {string}', 'Then node1 has the route "10.244.1.0/24 via 10.244.1.0"'],
  ['{name} has the neighbour {string}', 'Then node1 has the neighbour "10.244.1.0"'],
  ['{name} has the fdb entry {string}', 'Then node1 has the fdb entry "* dst 192.168.1.20"'],
  ['{name} has the sysctl {string}', 'Then node1 has the sysctl "net.ipv4.ip_forward = 1"'],
  ['{name} has the link {string}', 'Then node1 has the link "flannel.1"'],
  ['{workload} is complete', 'Then Job migrate is complete', notYet],
  ['{name} is NotReady', 'Then node2 is NotReady'],
  ['{name} is Ready', 'Then node2 is Ready'],
  ['within {duration} pod {name} is ready', 'Then within 10 seconds pod A is ready'],
  ['within {duration} pod {name} is not ready', 'Then within 10 seconds pod A is not ready'],
  ['within {duration} {name} is NotReady', 'Then within 40 seconds node2 is NotReady'],
  ['within {duration} {name} is Ready', 'Then within 10 seconds node2 is Ready'],
  ['within {duration} {workload} has {int} ready replica(s)', 'Then within 6 minutes Deployment web has 3 ready replicas'],
  ['at no time is {workload} below {int} ready replica(s)', 'Then at no time is Deployment web below 2 ready replicas'],
];

/** Those of the public ingress conformance suite, as it writes them. */
const HTTP: readonly Line[] = [
  ['a new random namespace', 'Given a new random namespace', notYet],
  [
    'a self-signed TLS secret named {string} for the {string} hostname',
    'Given a self-signed TLS secret named "tls" for the "shop.example" hostname',
    notYet,
  ],
  ['an Ingress resource', 'Given an Ingress resource', { ...notYet, ...docString }],
  ['an Ingress resource in a new random namespace', 'Given an Ingress resource in a new random namespace', { ...notYet, ...docString }],
  [
    'an Ingress resource named {string} with this spec:',
    'Given an Ingress resource named "shop" with this spec:',
    { ...notYet, ...docString },
  ],
  ['I send a {string} request to {string}', 'When I send a "GET" request to "http://shop.example/cart"', notYet],
  ['I send a {string} request to http:\\/\\/{string}\\/{string}', 'When I send a "GET" request to http://"shop.example"/"cart"', notYet],
  ['I send {int} requests to {string}', 'When I send 100 requests to "http://shop.example"', notYet],
  [
    'The Ingress status shows the IP address or FQDN where it is exposed',
    'Then The Ingress status shows the IP address or FQDN where it is exposed',
    notYet,
  ],
  [
    'The Ingress status should not contain the IP address or FQDN',
    'Then The Ingress status should not contain the IP address or FQDN',
    notYet,
  ],
  [
    'The backend deployment {string} for the ingress resource is scaled to {int}',
    'Then The backend deployment "cart" for the ingress resource is scaled to 10',
    notYet,
  ],
  ['the secure connection must verify the {string} hostname', 'Then the secure connection must verify the "shop.example" hostname', notYet],
  ['the response status-code must be {int}', 'Then the response status-code must be 200', notYet],
  ['the response must be served by the {string} service', 'Then the response must be served by the "cart" service', notYet],
  ['the {httpSide} proto must be {string}', 'Then the response proto must be "HTTP/1.1"', notYet],
  [
    'the {httpSide} headers must contain <key> with matching <value>',
    'Then the response headers must contain <key> with matching <value>',
    { ...notYet, ...table },
  ],
  ['the request method must be {string}', 'Then the request method must be "GET"', notYet],
  ['the request path must be {string}', 'Then the request path must be "/cart"', notYet],
  ['the request host must be {string}', 'Then the request host must be "shop.example"', notYet],
  [
    'all the responses status-code must be {int} and the response body should contain the IP address of {int} different Kubernetes pods',
    'Then all the responses status-code must be 200 and the response body should contain the IP address of 10 different Kubernetes pods',
    notYet,
  ],
];

export const WORDINGS: readonly Wording[] = [
  ...group('Given: the cluster', GIVEN),
  ...group('When: changes', WHEN),
  ...group('Then: traffic', TRAFFIC),
  ...group('Then: about the last claim', LAST_CLAIM),
  ...group('Then: the control plane', CONTROL_PLANE),
  ...group('HTTP, as the ingress conformance suite says it', HTTP),
];

function group(name: string, lines: readonly Line[]): Wording[] {
  return lines.map(([expression, example, more]) => ({ group: name, expression, example, ...more }));
}
