import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseEndpoint } from './endpoint.js';

for (const [text, parsed] of [
  ['pod/a', { kind: 'pod', namespace: 'default', name: 'a', container: undefined, port: undefined }],
  ['pod/shop/web-0:8080', { kind: 'pod', namespace: 'shop', name: 'web-0', container: undefined, port: 8080 }],
  ['pod/shop/web-0#nginx:80', { kind: 'pod', namespace: 'shop', name: 'web-0', container: 'nginx', port: 80 }],
  ['node/node1', { kind: 'node', name: 'node1', port: undefined }],
  ['external/203.0.113.9', { kind: 'external', name: '203.0.113.9', port: undefined }],
  ['ip/10.0.0.1:53', { kind: 'ip', name: '10.0.0.1', port: 53 }],
  ['ip/fd00::1', { kind: 'ip', name: 'fd00::1', port: undefined }],
  ['ip/[fd00::1]:80', { kind: 'ip', name: 'fd00::1', port: 80 }],
  ['svc/shop/web', { kind: 'svc', namespace: 'shop', name: 'web', port: undefined }],
  ['nodeport/node2:30080', { kind: 'nodeport', name: 'node2', port: 30080 }],
  ['lb/web:80', { kind: 'lb', namespace: 'default', name: 'web', port: 80 }],
  ['dns/web.shop', { kind: 'dns', name: 'web.shop', port: undefined }],
] as const) {
  test(`${text} is read`, () => assert.deepEqual(parseEndpoint(text), parsed));
}

for (const [text, message] of [
  ['a', /has no kind/],
  ['pdo/a', /unknown kind "pdo"[\s\S]*did you mean pod/],
  ['pod/', /has no name/],
  ['pod/a/b/c', /malformed name/],
  ['pod/a:99999', /not between 1 and 65535/],
  ['pod/a:http', /malformed port/],
  ['nodeport/node1', /needs a port/],
  ['ip/1.2.3', /not an IP address/],
] as const) {
  test(`${text} is refused`, () => assert.throws(() => parseEndpoint(text), message));
}
