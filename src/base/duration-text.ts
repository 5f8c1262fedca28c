/** `5 seconds`, `1.5 seconds`, `2 hours`: the largest unit that is whole. */
export function durationText(us: number): string {
  const seconds = us / 1_000_000;
  const units: readonly (readonly [number, string])[] = [
    [3600, 'hour'],
    [60, 'minute'],
  ];
  for (const [size, name] of units) if (seconds >= size && seconds % size === 0) return plural(seconds / size, name);
  return plural(seconds, 'second');
}

function plural(count: number, name: string): string {
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
