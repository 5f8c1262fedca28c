/** Ports that two kernels picked freely: each of one stands for one of the other, everywhere. */
const PORT = /(?<=\.\d+:|\]:)\d+(?= |$)/g;

export class PortNames {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();

  /** `simulated` and `real` are the clients' own ends, as `ip:port`. */
  constructor(simulated: string | null, real: string | null) {
    this.learn(simulated ?? '', real ?? '');
  }

  /** Pairs the ports of two texts that stand at the same places, where they are not paired already. */
  learn(simulated: string, real: string): void {
    const theirs = portsOf(real);
    for (const [i, port] of portsOf(simulated).entries()) {
      const other = theirs[i];
      if (other === undefined || port === other || this.#names.has(port) || this.#taken.has(other)) continue;
      this.#names.set(port, other);
      this.#taken.add(other);
    }
  }

  same(simulated: string, real: string): boolean {
    return simulated === real || simulated.replaceAll(PORT, (port) => this.#names.get(port) ?? port) === real;
  }
}

function portsOf(text: string): readonly string[] {
  return text.match(PORT) ?? [];
}
