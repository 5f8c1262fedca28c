/** MARK and CONNMARK: mark := (mark & ~mask) ^ value, the one form iptables keeps them in. */
import { type Action, connectionOf } from '../evaluation.js';

export function setMark(value: number, mask: number): Action {
  return ({ passage }) => {
    passage.mark = ((passage.mark & ~mask) ^ value) >>> 0;
    return 'continue';
  };
}

export function setConnectionMark(value: number, mask: number): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) connection.mark = ((connection.mark & ~mask) ^ value) >>> 0;
    return 'continue';
  };
}

export function saveMark(nfMask: number, ctMask: number): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) connection.mark = ((connection.mark & ~ctMask) ^ (passage.mark & nfMask)) >>> 0;
    return 'continue';
  };
}

export function restoreMark(nfMask: number, ctMask: number): Action {
  return ({ passage }) => {
    const connection = connectionOf(passage);
    if (connection !== undefined) passage.mark = ((passage.mark & ~nfMask) ^ (connection.mark & ctMask)) >>> 0;
    return 'continue';
  };
}
