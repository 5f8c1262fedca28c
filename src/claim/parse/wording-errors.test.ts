/** Every way in which a sentence can be misspelt: the caret, what could stand there, the nearest wording. */
import { describe, it } from 'node:test';
import { assertGolden, messageOf } from '../testing/golden.test.js';
import { parseQualifier, parseSpreadClaim, parseTrafficClaim } from './traffic-claim.js';

const SENTENCES: Readonly<Record<string, string>> = {
  'wording-subject': 'pud A can reach pod B',
  'wording-subject-empty': '',
  'wording-subject-every': 'every prod can reach pod B',
  'wording-subject-owner': 'a pod of Deploymnt web can reach pod B',
  'wording-subject-labels': 'every pod labelled app can reach pod B',
  'wording-container': 'container ssh in pod A can reach localhost',
  'wording-name': 'pod a/b/c can reach pod B',
  'wording-verb': 'pod A can reech pod B',
  'wording-verb-missing': 'pod A',
  'wording-verb-is': 'pod A reaches pod B',
  'wording-object': 'pod A can reach service nginx',
  'wording-object-missing': 'pod A can reach',
  'wording-address': 'pod A can reach address 10.0.0.1:80',
  'wording-address-wrong': 'pod A can reach address 10.0.0.256',
  'wording-route': 'pod A can reach Service nginx via NodPort 30080',
  'wording-route-through': 'pod A can reach Service nginx through ClusterIP',
  'wording-port': 'pod A can reach pod B on port 70000',
  'wording-family': 'pod A can reach Service nginx over IPv5',
  'wording-protocol': 'pod A can reach pod B on UPD port 53',
  'wording-node-port-twice': 'pod A can reach Service nginx via NodePort 30080 on port 80',
  'wording-qualifier': 'pod A can reach Service nginx via NodePort 30080 and is SNATted to node1',
  'wording-qualifier-unknown': 'pod A can reach Service nginx and is happy',
  'wording-qualifier-verb': 'pod A can reach Service nginx and pases through node1',
  'wording-qualifier-no-and': 'pod A can reach Service nginx is SNATed',
  'wording-qualifier-after-route': 'pod A can reach Service nginx on port 80 is SNATed',
  'wording-encapsulation': 'pod A can reach pod B and is encapsulated in VLXAN',
  'wording-dropper': 'pod A cannot reach pod B and is dropped by NetwrkPolicy deny-all',
  'wording-nat-address': 'pod A can reach pod B and is SNATed to 10.244.1',
  'wording-contradiction': 'pod A can reach pod B and is refused',
};

describe('a sentence that is not understood says where and what could stand there', () => {
  for (const [name, sentence] of Object.entries(SENTENCES)) {
    it(sentence, () =>
      assertGolden(
        name,
        messageOf(() => parseTrafficClaim(sentence), 'InputError'),
      ),
    );
  }
  it('a qualifier alone', () =>
    assertGolden(
      'wording-alone',
      messageOf(() => parseQualifier('it is SNAT to node2'), 'InputError'),
    ));
  it('a spread', () => {
    const sentence = '1000 connections from pod A to Service nginx are spread within 5 of even';
    assertGolden(
      'wording-spread',
      messageOf(() => parseSpreadClaim(sentence), 'InputError'),
    );
  });
});
