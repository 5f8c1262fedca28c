/** Listed connections as they can be compared: their seconds in steps of five, for Linux's clock runs, and without what is drawn. */
const STEP_S = 5;
/** Ports of a plan's own are below. */
const OWN_PORT_MAX = 5400;

/** By namespace, as conntrack(8) prints them. */
export function connectionLines(listed: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(listed).flatMap(([netns, lines]) => lines.map((line) => `${netns} ${comparable(line)}`).sort());
}

function comparable(line: string): string {
  const rounded = line.replace(
    /^(\S+ \d+) (\d+)/,
    (_, proto: string, s: string) => `${proto} ${Math.max(1, Math.ceil(Number(s) / STEP_S)) * STEP_S}`,
  );
  return rounded
    .replaceAll(/ id=\d+/g, '')
    .replaceAll(/ ([sd]port)=(\d+)/g, (whole, side: string, port: string) => (Number(port) > OWN_PORT_MAX ? ` ${side}=*` : whole));
}
