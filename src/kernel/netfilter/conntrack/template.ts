/**
 * What CT, and `ct zone set` of nftables, put in a connection's place until the packet is tracked (nf_ct_tmpl_alloc): confirmed, new, all of its tuples
 * zero. Left out: a mark or label that rules of the raw table would give it.
 */
import type { Ip } from '../../../base/ip.js';
import type { Passage } from '../contract.js';
import { connectionOf } from '../evaluation.js';
import { type Connection, newConnection } from './connection.js';

const TEMPLATE = template(0);
const TEMPLATE_6 = template(0n);

/** The connection that matches ask about. */
export function connectionOrTemplate(passage: Passage): Connection | undefined {
  const connection = connectionOf(passage);
  if (connection !== undefined || passage.template !== true) return connection;
  return typeof passage.packet.src === 'number' ? TEMPLATE : TEMPLATE_6;
}

function template(nobody: Ip): Connection {
  const none = { src: nobody, dst: nobody, proto: 0, a: 0, b: 0, hash: 0 };
  return { ...newConnection(none, 0, undefined), reply: none, confirmed: true };
}
