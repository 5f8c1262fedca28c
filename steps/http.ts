/**
 * HTTP through an Ingress or a Gateway, in the words of the public ingress conformance suite (kubernetes-sigs/ingress-controller-conformance, features/),
 * unchanged. They are understood, so that such a suite runs as it is, and end their scenario "cannot say": no controller is modelled.
 */
import { Given, Then, When } from '@cucumber/cucumber';
import { unsupported } from '../src/index.js';

const INGRESS = 'Ingress controllers are not modelled yet';
const HTTP = 'HTTP requests are not modelled yet';

Given('a new random namespace', () => {
  throw unsupported('ingress', INGRESS);
});

Given('a self-signed TLS secret named {string} for the {string} hostname', (_name: string, _host: string) => {
  throw unsupported('ingress', INGRESS);
});

Given('an Ingress resource', (_text: string) => {
  throw unsupported('ingress', INGRESS);
});

Given('an Ingress resource in a new random namespace', (_text: string) => {
  throw unsupported('ingress', INGRESS);
});

Given('an Ingress resource named {string} with this spec:', (_name: string, _text: string) => {
  throw unsupported('ingress', INGRESS);
});

When('I send a {string} request to {string}', (_method: string, _url: string) => {
  throw unsupported('http', HTTP);
});

When('I send a {string} request to http:\\/\\/{string}\\/{string}', (_method: string, _host: string, _path: string) => {
  throw unsupported('http', HTTP);
});

When('I send {int} requests to {string}', (_count: number, _url: string) => {
  throw unsupported('http', HTTP);
});

Then('The Ingress status shows the IP address or FQDN where it is exposed', () => {
  throw unsupported('ingress', INGRESS);
});

Then('The Ingress status should not contain the IP address or FQDN', () => {
  throw unsupported('ingress', INGRESS);
});

Then('The backend deployment {string} for the ingress resource is scaled to {int}', (_name: string, _count: number) => {
  throw unsupported('ingress', INGRESS);
});

Then('the secure connection must verify the {string} hostname', (_host: string) => {
  throw unsupported('http', HTTP);
});

Then('the response status-code must be {int}', (_status: number) => {
  throw unsupported('http', HTTP);
});

Then('the response must be served by the {string} service', (_service: string) => {
  throw unsupported('http', HTTP);
});

Then('the {httpSide} proto must be {string}', (_side: string, _proto: string) => {
  throw unsupported('http', HTTP);
});

Then('the {httpSide} headers must contain <key> with matching <value>', (_side: string, _table: unknown) => {
  throw unsupported('http', HTTP);
});

Then('the request method must be {string}', (_method: string) => {
  throw unsupported('http', HTTP);
});

Then('the request path must be {string}', (_path: string) => {
  throw unsupported('http', HTTP);
});

Then('the request host must be {string}', (_host: string) => {
  throw unsupported('http', HTTP);
});

Then(
  'all the responses status-code must be {int} and the response body should contain the IP address of {int} different Kubernetes pods',
  (_status: number, _pods: number) => {
    throw unsupported('http', HTTP);
  },
);
