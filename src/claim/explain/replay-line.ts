/** The scenario itself is what makes the trace again; without one, the trace is named. */
export function replayLine(where: string | undefined, from: string, to: string, protocol: string): string {
  if (where !== undefined) return `npx hopspec run ${where}`;
  return `npx hopspec trace -c CLUSTER -f MANIFESTS --from ${from} --to ${to}${protocol === 'TCP' ? '' : ` --protocol ${protocol}`}`;
}
