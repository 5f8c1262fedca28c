/** When: what changes in a cluster that runs. */
import { When } from '@cucumber/cucumber';
import { type ObjectWording, unsupported } from '../src/index.js';
import type { HopspecWorld } from './world.js';

When('{resource} is deleted', function (this: HopspecWorld, object: ObjectWording) {
  this.spec.deleteObject(object);
});

When('{resource} is labelled {labels}', function (this: HopspecWorld, object: ObjectWording, labels: Record<string, string>) {
  this.spec.labelObject(object, labels);
});

When('{workload} is scaled to {int}', function (this: HopspecWorld, object: ObjectWording, replicas: number) {
  this.spec.scale(object, replicas);
});

When('the image of {workload} becomes {string}', function (this: HopspecWorld, object: ObjectWording, image: string) {
  this.spec.setImage(object, image);
});

When('{workload} is rolled back', function (this: HopspecWorld, object: ObjectWording) {
  this.spec.rollBack(object);
});

When('{duration} pass(es)', function (this: HopspecWorld, seconds: number) {
  this.spec.advance(seconds);
});

When('{name} fails', (_node: string) => {
  throw unsupported('node-failure', 'a node that fails is not modelled yet');
});

When('{name} recovers', (_node: string) => {
  throw unsupported('node-failure', 'a node that recovers is not modelled yet');
});

When('{name} is drained', (_node: string) => {
  throw unsupported('node-drain', 'draining a node is not modelled yet');
});

When('{name} joins', (_node: string) => {
  throw unsupported('node-join', 'a node that joins later is not modelled yet');
});

When('the link between {name} and {name} is cut', (_a: string, _b: string) => {
  throw unsupported('link-fault', 'links that are cut are not modelled yet');
});

When('the link between {name} and {name} is restored', (_a: string, _b: string) => {
  throw unsupported('link-fault', 'links that are restored are not modelled yet');
});

When('the link between {name} and {name} loses {int}% of packets', (_a: string, _b: string, _percent: number) => {
  throw unsupported('link-fault', 'links that lose packets are not modelled yet');
});

When('pod {name} stops being ready', (_pod: string) => {
  throw unsupported('pod-unready', 'a pod that stops being ready by itself is not modelled yet');
});

When('the container of pod {name} crashes', (_pod: string) => {
  throw unsupported('container-crash', 'a container that crashes by itself is not modelled yet');
});
