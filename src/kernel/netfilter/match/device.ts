/** -i and -o: the devices of the hook; -m physdev: the bridge ports behind them. An absent device matches no name. */
import type { Test } from '../evaluation.js';

function named(device: string | undefined, name: string, prefix: boolean): boolean {
  return device !== undefined && (prefix ? device.startsWith(name) : device === name);
}

export function deviceTest(side: 'in' | 'out', name: string, prefix: boolean, not: boolean): Test {
  if (side === 'in') return (e) => named(e.inDevice, name, prefix) !== not;
  return (e) => named(e.outDevice, name, prefix) !== not;
}

export function physdevTest(side: 'in' | 'out', name: string, prefix: boolean, not: boolean): Test {
  return ({ passage }) => named(side === 'in' ? passage.physIn : passage.physOut, name, prefix) !== not;
}

export function physdevIsTest(what: 'in' | 'out' | 'bridged', not: boolean): Test {
  return ({ passage }) => {
    const { physIn, physOut } = passage;
    const holds =
      what === 'in' ? physIn !== undefined : what === 'out' ? physOut !== undefined : physIn !== undefined && physOut !== undefined;
    return holds !== not;
  };
}
