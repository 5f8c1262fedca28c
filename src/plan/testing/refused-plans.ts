/**
 * Plans that look wrong, each in one thing: what hopspec says of each, and what Linux does, is kept in fixtures/plan/refused.txt. What Linux
 * refuses, hopspec must refuse; it may refuse more, where no user can have meant it.
 */
import { IPTABLES } from './refused/iptables.js';
import { LINKS } from './refused/links.js';
import { NFT } from './refused/nft.js';
import { NFT_PROTOCOLS } from './refused/nft-protocols.js';
import { FLOWS, IPSET, NAMES, SYSCTLS } from './refused/others.js';
import { ROUTES } from './refused/routes.js';

export const REFUSED_PLANS = [...LINKS, ...ROUTES, ...IPTABLES, ...NFT, ...NFT_PROTOCOLS, ...IPSET, ...SYSCTLS, ...FLOWS];

/** Of what is no business of Linux. */
export const UNASKED_PLANS = NAMES;
