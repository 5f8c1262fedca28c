/** Manifests: given, applied, and refused by the API server. */
import { Given, Then, When } from '@cucumber/cucumber';
import type { HopspecWorld } from './world.js';

Given('the manifest:', function (this: HopspecWorld, text: string) {
  this.spec.givenManifest(text);
});

Given('the manifest(s) in {string}', function (this: HopspecWorld, path: string) {
  this.spec.givenManifestFiles(path);
});

When('the manifest is applied:', function (this: HopspecWorld, text: string) {
  this.spec.whenManifestApplied(text);
});

When('the manifest(s) in {string} is/are applied', function (this: HopspecWorld, path: string) {
  this.spec.whenManifestFilesApplied(path);
});

Then('applying the manifest(s) is refused with {string}', function (this: HopspecWorld, message: string) {
  this.spec.refusedWith(message);
});

Then('applying the manifest(s) is refused with:', function (this: HopspecWorld, message: string) {
  this.spec.refusedWith(message);
});
