/**
 * The executor in a guest machine with a kernel of Debian's: the same program, the same line of JSON back. The machine boots at the first plan
 * and stays for those that follow; one that broke off is booted again at the next.
 */
import { InvariantError } from '../../base/errors.js';
import { guestImage } from './guest-image.js';
import { bootMachine, type Machine } from './machine.js';

const machines = new Map<string | undefined, Machine>();

/** `named` is a .deb or a vmlinuz, else one is looked for. Throws UnsupportedError where this machine cannot, by name. */
export function executeInGuest(plan: object, args: readonly string[], named: string | undefined): string {
  const machine = machines.get(named) ?? bootMachine(guestImage(named));
  machines.delete(named);
  const answer = machine.ask(JSON.stringify({ plan, arguments: args }));
  machines.set(named, machine);
  if (answer.startsWith('{"broken"'))
    throw new InvariantError(`the lab's executor broke off: ${(JSON.parse(answer) as { broken: string }).broken}`);
  return answer;
}
