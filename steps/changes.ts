/** When: what changes in a cluster that runs. */
import { When } from '@cucumber/cucumber';
import type { ObjectWording } from '../src/index.js';
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

When('{name} fails', function (this: HopspecWorld, node: string) {
  this.spec.nodeFails(node);
});

When('{name} recovers', function (this: HopspecWorld, node: string) {
  this.spec.nodeRecovers(node);
});

When('{name} is drained', function (this: HopspecWorld, node: string) {
  this.spec.nodeIsDrained(node);
});

When('{name} joins', function (this: HopspecWorld, node: string) {
  this.spec.nodeJoins(node);
});

When('the link between {name} and {name} is cut', function (this: HopspecWorld, a: string, b: string) {
  this.spec.linkLoses(a, b, 100);
});

When('the link between {name} and {name} is restored', function (this: HopspecWorld, a: string, b: string) {
  this.spec.linkRestored(a, b);
});

When('the link between {name} and {name} loses {int}% of packets', function (this: HopspecWorld, a: string, b: string, percent: number) {
  this.spec.linkLoses(a, b, percent);
});

When('pod {name} stops being ready', function (this: HopspecWorld, pod: string) {
  this.spec.podStopsBeingReady(pod);
});

When('the container of pod {name} crashes', function (this: HopspecWorld, pod: string) {
  this.spec.containerCrashes(pod);
});

When('container {name} of pod {name} crashes', function (this: HopspecWorld, container: string, pod: string) {
  this.spec.containerCrashes(pod, container);
});

When('kube-proxy catches up', function (this: HopspecWorld) {
  this.spec.kubeProxyLags(undefined, 0);
});

When('kube-proxy on {name} catches up', function (this: HopspecWorld, node: string) {
  this.spec.kubeProxyLags(node, 0);
});
