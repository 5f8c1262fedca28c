/** Manifests: given, applied, and refused by the API server. */
import { Given, Then, When } from '@cucumber/cucumber';
import { type Argument, docString } from './argument.js';
import type { HopspecWorld } from './world.js';

Given('the manifest:', function (this: HopspecWorld, text: Argument) {
  this.spec.givenManifest(docString(this, text));
});

Given('the manifest(s) in {string}', function (this: HopspecWorld, path: string) {
  this.spec.givenManifestFiles(path);
});

When('the manifest is applied:', function (this: HopspecWorld, text: Argument) {
  this.spec.whenManifestApplied(docString(this, text));
});

When('the manifest(s) in {string} is/are applied', function (this: HopspecWorld, path: string) {
  this.spec.whenManifestFilesApplied(path);
});

Then('applying the manifest(s) is refused with {string}', function (this: HopspecWorld, message: string) {
  this.spec.refusedWith(message);
});

Then('applying the manifest(s) is refused with:', function (this: HopspecWorld, message: Argument) {
  this.spec.refusedWith(docString(this, message));
});
