/** Makes the passage of a packet that enters a namespace, or is made in it. */
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Passage } from '../netfilter/contract.js';
import type { Owner } from '../runtime.js';

const ZONE_0 = { id: 0, original: true, reply: true } as const;

export function newPassage(packet: IpPacket, mark: number): Passage {
  return {
    packet,
    mark,
    ct: undefined,
    ctReply: false,
    state: 'NEW',
    physIn: undefined,
    physOut: undefined,
    uid: undefined,
    ipvs: undefined,
  };
}

/** Of the packet on its way out, whose socket has the outside of a tunnel too (skb->sk stays); undefined where no socket of this host made it. */
export function ownerOf(sender: Passage | undefined): Owner | undefined {
  return sender?.uid === undefined ? undefined : { uid: sender.uid, gid: sender.gid ?? 0 };
}

/** The passage of an answer to a packet: connection tracking takes it as related, in the other direction (nf_ct_attach). */
export function answerPassage(packet: IpPacket, mark: number, about: Passage): Passage {
  // The answer to an untracked packet belongs to no connection, but is past rules that ask for none: it is looked for afresh.
  if (about.ct === undefined && about.state === 'UNTRACKED') return { ...newPassage(packet, mark), zone: ZONE_0 };
  if (about.ct === undefined) return newPassage(packet, mark);
  return {
    packet,
    mark,
    ct: about.ct,
    ctReply: !about.ctReply,
    state: 'RELATED',
    physIn: undefined,
    physOut: undefined,
    uid: undefined,
    ipvs: undefined,
  };
}

/** What TEE has copied is not tracked, nor copied again. */
export function takeAsCopy(passage: Passage): void {
  passage.copied = true;
  passage.state = 'UNTRACKED';
}
