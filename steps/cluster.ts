/** Given: the cluster, its plug-ins, and the pods and clients of a scenario. */
import { Given } from '@cucumber/cucumber';
import { type Argument, dataTable, docString, settings } from './argument.js';
import { readPodOptions } from './pod-options.js';
import { tableRows } from './table-rows.js';
import type { HopspecWorld } from './world.js';

Given('a cluster:', function (this: HopspecWorld, text: Argument) {
  this.spec.clusterFromText(docString(this, text));
});

Given('the cluster in {string}', function (this: HopspecWorld, path: string) {
  this.spec.clusterFromFile(path);
});

Given('a cluster with {int} node(s)', function (this: HopspecWorld, count: number) {
  this.spec.clusterWithNodes(count);
});

Given('a cluster with nodes:', function (this: HopspecWorld, table: Argument) {
  this.spec.clusterWithTable(tableRows(dataTable(this, table)));
});

Given('the CNI is {name}', function (this: HopspecWorld, name: string) {
  this.spec.cniIs(name);
});

Given('the CNI is {name} with backend {string}', function (this: HopspecWorld, name: string, backend: string) {
  this.spec.cniIs(name, { 'Backend.Type': backend });
});

Given('the CNI is {name} with:', function (this: HopspecWorld, name: string, more: Argument) {
  this.spec.cniIs(name, settings(this, more));
});

Given('kube-proxy runs in {proxyMode} mode', function (this: HopspecWorld, mode: string) {
  this.spec.kubeProxyRuns(mode);
});

Given('kube-proxy runs in {proxyMode} mode with:', function (this: HopspecWorld, mode: string, more: Argument) {
  this.spec.kubeProxyRuns(mode, settings(this, more));
});

Given('the namespace {string}', function (this: HopspecWorld, name: string) {
  this.spec.namespace(name);
});

Given('pod {name}{podOptions}', function (this: HopspecWorld, name: string, options: string) {
  this.spec.pod({ name, ...this.read(() => readPodOptions(options, `pod ${name}${options}`)) });
});

Given('an external client {name} at {name}', function (this: HopspecWorld, name: string, address: string) {
  this.spec.externalClient(name, address);
});

Given('kube-proxy lags by {duration}', function (this: HopspecWorld, seconds: number) {
  this.spec.kubeProxyLags(undefined, seconds);
});

Given('kube-proxy on {name} lags by {duration}', function (this: HopspecWorld, node: string, seconds: number) {
  this.spec.kubeProxyLags(node, seconds);
});

Given('an external client {name} at {name} and {name}', function (this: HopspecWorld, name: string, first: string, second: string) {
  this.spec.externalClient(name, first, second);
});

Given('time only moves when told', function (this: HopspecWorld) {
  this.spec.timeIsManual();
});
