import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatCidr } from '../../base/cidr.js';
import { formatSocket } from '../../base/ip.js';
import { readWireguard } from './read-wireguard.js';
import { encodeKey, isKey, publicKey } from './x25519.js';

const key = (n: number): string => encodeKey(Array.from({ length: 32 }, () => n));

describe('the public key of a private one', () => {
  // As OpenSSL has them.
  const cases: readonly [number, string][] = [
    [1, 'pOCSkrZRwni5dyxWn1+puxPZBrRqtoyd+dwrRAn4ogk='],
    [2, 'zo060cy2M+x7cMF4FKXHbs0CloUFDTRHRboFhw5YfVk='],
    [3, 'Xf7dO2vUf2+ijuFdlp1bsOpTd01Ii9r53xxuASSz7yI='],
    [4, 'rAGyIJ6GNU+4UyN7XeD0+rE8f8v0M6YcAZNpYX/s8Qs='],
  ];
  for (const [n, expected] of cases) it(`of ${key(n)} is ${expected}`, () => assert.equal(publicKey(key(n)), expected));
  it('is a key itself, and less than a key is none', () =>
    assert.deepEqual([isKey(publicKey(key(9))), isKey('AAAA'), isKey(`${'A'.repeat(42)}B=`)], [true, false, false]));
});

describe('what wg setconf reads', () => {
  it('is an interface and its peers', () => {
    const conf = readWireguard(
      `[Interface]\nPrivateKey = ${key(1)} # mine\nlistenport=51820\nFwMark = 0x10\n\n[Peer]\nPublicKey = ${key(2)}\n` +
        'AllowedIPs = 10.2.0.0/24, 10.3.0.1\nAllowedIPs = fd00::/64\nEndpoint = 192.168.1.12:51820\nPersistentKeepalive = 25\n',
      'wg0',
    );
    assert.deepEqual([conf.privateKey, conf.listenPort, conf.fwmark], [key(1), 51820, 16]);
    const [peer] = conf.peers;
    assert.deepEqual(peer?.allowedIps.map(formatCidr), ['10.2.0.0/24', '10.3.0.1/32', 'fd00::/64']);
    assert.equal(peer?.endpoint && formatSocket(peer.endpoint.ip, peer.endpoint.port), '192.168.1.12:51820');
  });

  const refused: readonly [string, string, RegExp][] = [
    ['a key that is too short', '[Interface]\nPrivateKey = AAAA', /wg0:2:14[^]*not the correct length or format of a key/],
    ['a misspelt field', '[Peer]\nPublicKeys = x', /wg0:2:1[^]*is no field of this section[^]*did you mean PublicKey\?/],
    ['a field before any section', 'ListenPort = 1', /stands before \[Interface\] and \[Peer\]/],
    ['an endpoint by name', '[Peer]\nEndpoint = example.org:51820', /must be an address and a port/],
    ['a port out of range', '[Interface]\nListenPort = 65536', /from 0 to 65535/],
    ['a range that is none', '[Peer]\nAllowedIPs = 10.0.0.0/33', /is no address with a prefix length/],
    ['a line that says nothing', '[Peer]\nhello', /neither a section nor/],
    ['a peer without a key', '[Peer]\nAllowedIPs = 10.0.0.0/8', /a \[Peer\] has no PublicKey/],
  ];
  for (const [name, text, message] of refused) it(`is not ${name}`, () => assert.throws(() => readWireguard(text, 'wg0'), message));
});
