/** Listed connections as they can be compared: their seconds in steps of five, for Linux's clock runs, and without what is drawn. */
const STEP_S = 5;
/** The ports that random stories name; others were drawn. */
function isNamed(port: number): boolean {
  return port < 1024 || (port >= 4000 && port <= 4002) || port === 5353;
}

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
    .replaceAll(/ ([sd]port)=(\d+)/g, (whole, side: string, port: string) => (isNamed(Number(port)) ? whole : ` ${side}=*`));
}
