/** MARK and CONNMARK: mark := (mark & ~mask) ^ value, the one form iptables keeps them in. */
import { type Action, connectionOf } from '../evaluation.js';

export function setMark(value: number, mask: number): Action {
  return ({ passage }) => {
    passage.mark = ((passage.mark & ~mask) ^ value) >>> 0;
    return 'continue';
  };
}

/** A shift of 32 bits or more leaves nothing. */
function shifted(value: number, shift: number): number {
  if (shift === 0) return value;
  if (shift >= 32 || shift <= -32) return 0;
  return shift > 0 ? value << shift : value >>> -shift;
}

export function setConnectionMark(value: number, mask: number, shift = 0): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) connection.mark = shifted((connection.mark & ~mask) ^ value, shift) >>> 0;
    return 'continue';
  };
}

export function saveMark(nfMask: number, ctMask: number, shift = 0): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) connection.mark = ((connection.mark & ~ctMask) ^ shifted(passage.mark & nfMask, shift)) >>> 0;
    return 'continue';
  };
}

export function restoreMark(nfMask: number, ctMask: number, shift = 0): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) passage.mark = ((passage.mark & ~nfMask) ^ shifted(connection.mark & ctMask, shift)) >>> 0;
    return 'continue';
  };
}
