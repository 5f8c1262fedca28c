/** Then: what the control plane made of the manifests. */
import { Then } from '@cucumber/cucumber';
import { type ObjectWording, unsupported } from '../src/index.js';
import { type Argument, dataTable } from './argument.js';
import { tableRows } from './table-rows.js';
import type { HopspecWorld } from './world.js';

Then('{workload} has {int} ready replica(s)', function (this: HopspecWorld, object: ObjectWording, count: number) {
  this.spec.readyReplicas(object, count);
});

Then('the pods of {workload} run on different nodes', function (this: HopspecWorld, owner: ObjectWording) {
  this.spec.podsOnDifferentNodes(owner);
});

Then('pod {name} runs on {name}', function (this: HopspecWorld, pod: string, node: string) {
  this.spec.podRunsOn(pod, node);
});

Then('pod {name} is Pending', function (this: HopspecWorld, pod: string) {
  this.spec.podIsPending(pod);
});

Then('pod {name} is Pending because {string}', function (this: HopspecWorld, pod: string, reason: string) {
  this.spec.podIsPending(pod, reason);
});

Then('pod {name} is ready', function (this: HopspecWorld, pod: string) {
  this.spec.podIsReady(pod, true);
});

Then('pod {name} is not ready', function (this: HopspecWorld, pod: string) {
  this.spec.podIsReady(pod, false);
});

Then('container {name} of pod {name} restarts', function (this: HopspecWorld, container: string, pod: string) {
  this.spec.podRestarts(pod, container);
});

Then(
  '(the )container {name} of pod {name} has the environment variable {string} set to {string}',
  function (this: HopspecWorld, container: string, pod: string, variable: string, value: string) {
    this.spec.environmentVariable({ pod, container, variable }, value);
  },
);

Then(
  '(the )container {name} of pod {name} has no environment variable {string}',
  function (this: HopspecWorld, container: string, pod: string, variable: string) {
    this.spec.environmentVariable({ pod, container, variable }, undefined);
  },
);

Then(
  'pod {name} has the environment variable {string} set to {string}',
  function (this: HopspecWorld, pod: string, variable: string, value: string) {
    this.spec.environmentVariable({ pod, variable }, value);
  },
);

Then('pod {name} has no environment variable {string}', function (this: HopspecWorld, pod: string, variable: string) {
  this.spec.environmentVariable({ pod, variable }, undefined);
});

Then('Service {name} has endpoints {pods}', function (this: HopspecWorld, service: string, pods: string[]) {
  this.spec.endpoints(service, pods);
});

Then('Service {name} has no endpoints', function (this: HopspecWorld, service: string) {
  this.spec.endpoints(service, []);
});

Then('Service {name} has endpoints:', function (this: HopspecWorld, service: string, table: Argument) {
  this.spec.endpointTable(service, tableRows(dataTable(this, table)));
});

Then('{resource} field {string} is {int}', function (this: HopspecWorld, object: ObjectWording, path: string, value: number) {
  this.spec.field(object, path, String(value));
});

Then('{resource} field {string} is {string}', function (this: HopspecWorld, object: ObjectWording, path: string, value: string) {
  this.spec.field(object, path, value);
});

Then('an event {string} on {resource} says {string}', function (this: HopspecWorld, reason: string, about: ObjectWording, text: string) {
  this.spec.event(reason, about, text);
});

Then('{name} has the iptables rule {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'iptables rule', text);
});

Then('{name} has the ip6tables rule {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'ip6tables rule', text);
});

Then('{name} has the (iptables )chain {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'iptables chain', text);
});

Then('{name} has the route {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'route', text);
});

Then('{name} has the neighbour {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'neighbour', text);
});

Then('{name} has the fdb entry {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'fdb entry', text);
});

Then('{name} has the sysctl {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'sysctl', text);
});

Then('{name} has the link {string}', function (this: HopspecWorld, node: string, text: string) {
  this.spec.nodeHas(node, 'link', text);
});

Then('{workload} is complete', (_job: ObjectWording) => {
  throw unsupported('job', 'Jobs are not modelled yet');
});

Then('{name} is NotReady', function (this: HopspecWorld, node: string) {
  this.spec.nodeIsReady(node, false, 0);
});

Then('{name} is Ready', function (this: HopspecWorld, node: string) {
  this.spec.nodeIsReady(node, true, 0);
});

Then('within {duration} pod {name} is ready', function (this: HopspecWorld, seconds: number, pod: string) {
  this.spec.podIsReady(pod, true, seconds);
});

Then('within {duration} pod {name} is not ready', function (this: HopspecWorld, seconds: number, pod: string) {
  this.spec.podIsReady(pod, false, seconds);
});

Then('within {duration} {name} is NotReady', function (this: HopspecWorld, seconds: number, node: string) {
  this.spec.nodeIsReady(node, false, seconds);
});

Then('within {duration} {name} is Ready', function (this: HopspecWorld, seconds: number, node: string) {
  this.spec.nodeIsReady(node, true, seconds);
});

Then(
  'within {duration} {workload} has {int} ready replica(s)',
  function (this: HopspecWorld, seconds: number, object: ObjectWording, count: number) {
    this.spec.readyReplicas(object, count, seconds);
  },
);

Then('at no time is {workload} below {int} ready replica(s)', function (this: HopspecWorld, object: ObjectWording, count: number) {
  this.spec.neverBelow(object, count);
});
