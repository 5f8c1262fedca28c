/** Connections that stay open while the cluster changes, and what becomes of one more request on them. */
import { Then, When } from '@cucumber/cucumber';
import type { HopspecWorld } from './world.js';

When('{connection} is used', function (this: HopspecWorld, which: string) {
  this.spec.connectionUsed(which);
});

Then('{connection} still works', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} still works`);
});

Then('{connection} no longer works', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} no longer works`);
});

Then('{connection} is closed', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is closed`);
});

Then('{connection} is reset', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is reset`);
});

Then('{connection} is refused', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is refused`);
});

Then('{connection} times out', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} times out`);
});

Then('{connection} is unreachable', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is unreachable`);
});

Then('{connection} is answered by the same endpoint as the one before', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is answered by the same endpoint as the one before`);
});

Then('{connection} is answered by another endpoint than the one before', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} is answered by another endpoint than the one before`);
});

Then('{connection} may be answered by another endpoint than the one before', function (this: HopspecWorld, which: string) {
  this.spec.connectionIs(`${which} may be answered by another endpoint than the one before`);
});
