/** Then: what else is true of the last claim. Each goes to the claim engine as the sentence it was. */
import { Then } from '@cucumber/cucumber';
import type { HopspecWorld } from './world.js';

Then('it is SNATed', function (this: HopspecWorld) {
  this.spec.qualifier('it is SNATed');
});

Then('it is SNATed to {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`it is SNATed to ${address}`);
});

Then('it is not SNATed', function (this: HopspecWorld) {
  this.spec.qualifier('it is not SNATed');
});

Then('it is not SNATed to {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`it is not SNATed to ${address}`);
});

Then('it is DNATed to {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`it is DNATed to ${address}`);
});

Then('it is DNATed', function (this: HopspecWorld) {
  this.spec.qualifier('it is DNATed');
});

Then('it is not DNATed', function (this: HopspecWorld) {
  this.spec.qualifier('it is not DNATed');
});

Then('it is not DNATed to {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`it is not DNATed to ${address}`);
});

Then('the server sees {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`the server sees ${address}`);
});

Then("the server sees the client's own address", function (this: HopspecWorld) {
  this.spec.qualifier("the server sees the client's own address");
});

Then('the PROXY header names {address}', function (this: HopspecWorld, address: string) {
  this.spec.qualifier(`the PROXY header names ${address}`);
});

Then("the PROXY header names the client's own address", function (this: HopspecWorld) {
  this.spec.qualifier("the PROXY header names the client's own address");
});

Then('it carries no PROXY header', function (this: HopspecWorld) {
  this.spec.qualifier('it carries no PROXY header');
});

Then('it is encapsulated in {name}', function (this: HopspecWorld, kind: string) {
  this.spec.qualifier(`it is encapsulated in ${kind}`);
});

Then('it is encapsulated', function (this: HopspecWorld) {
  this.spec.qualifier('it is encapsulated');
});

Then('it is encapsulated in {name} between {name} and {name}', function (this: HopspecWorld, kind: string, a: string, b: string) {
  this.spec.qualifier(`it is encapsulated in ${kind} between ${a} and ${b}`);
});

Then('it is not encapsulated in {name}', function (this: HopspecWorld, kind: string) {
  this.spec.qualifier(`it is not encapsulated in ${kind}`);
});

Then('it is not encapsulated', function (this: HopspecWorld) {
  this.spec.qualifier('it is not encapsulated');
});

Then('it passes through {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`it passes through ${node}`);
});

Then('it passes through chain {name} on {name}', function (this: HopspecWorld, chain: string, node: string) {
  this.spec.qualifier(`it passes through chain ${chain} on ${node}`);
});

Then('it passes through chain {name}', function (this: HopspecWorld, chain: string) {
  this.spec.qualifier(`it passes through chain ${chain}`);
});

Then('it does not pass through {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`it does not pass through ${node}`);
});

Then('it does not pass through chain {name}', function (this: HopspecWorld, chain: string) {
  this.spec.qualifier(`it does not pass through chain ${chain}`);
});

Then('it does not pass through chain {name} on {name}', function (this: HopspecWorld, chain: string, node: string) {
  this.spec.qualifier(`it does not pass through chain ${chain} on ${node}`);
});

Then('it stays on {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`it stays on ${node}`);
});

Then('it is answered only by pods on {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`it is answered only by pods on ${node}`);
});

Then('it is spread over {int} endpoint(s)', function (this: HopspecWorld, count: number) {
  this.spec.qualifier(`it is spread over ${count} endpoints`);
});

Then('it takes {int} hop(s)', function (this: HopspecWorld, count: number) {
  this.spec.qualifier(`it takes ${count} hops`);
});

Then('it has a path MTU of {int}', function (this: HopspecWorld, mtu: number) {
  this.spec.qualifier(`it has a path MTU of ${mtu}`);
});

Then('it has an MSS of {int}', function (this: HopspecWorld, mss: number) {
  this.spec.qualifier(`it has an MSS of ${mss}`);
});

Then('it is dropped by {name} {name}', function (this: HopspecWorld, kind: string, name: string) {
  this.spec.qualifier(`it is dropped by ${kind} ${name}`);
});

Then('it is dropped by {name} {name} on {name}', function (this: HopspecWorld, kind: string, name: string, node: string) {
  this.spec.qualifier(`it is dropped by ${kind} ${name} on ${node}`);
});

Then('it is dropped', function (this: HopspecWorld) {
  this.spec.qualifier('it is dropped');
});

Then('it is dropped on {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`it is dropped on ${node}`);
});

Then('it is dropped in {name}', function (this: HopspecWorld, chain: string) {
  this.spec.qualifier(`it is dropped in ${chain}`);
});

Then('it is dropped on {name} in {name}', function (this: HopspecWorld, node: string, chain: string) {
  this.spec.qualifier(`it is dropped on ${node} in ${chain}`);
});

Then('it is refused', function (this: HopspecWorld) {
  this.spec.qualifier('it is refused');
});

Then('it times out', function (this: HopspecWorld) {
  this.spec.qualifier('it times out');
});

Then('it is unreachable', function (this: HopspecWorld) {
  this.spec.qualifier('it is unreachable');
});

Then('the reply returns through {name}', function (this: HopspecWorld, node: string) {
  this.spec.qualifier(`the reply returns through ${node}`);
});
