async function wait(): Promise<void> {}

export function start(kind: 'a' | 'b'): number {
  wait();
  switch (kind) {
    case 'a':
      return 1;
  }
  return 2;
}
