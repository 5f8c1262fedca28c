/** What tcpdump shows of the outcome, tap by tap, and the frames of all of them as a file. */
import { useState } from 'preact/hooks';
import { pcapngSection, sectionTitle } from '../../trace/pcapng.js';
import { printTcpdump } from '../../trace/print-tcpdump.js';
import type { RecordedOutcome, RecordedTrace } from '../../trace/recorded-trace.js';

interface CapturesProps {
  readonly trace: RecordedTrace;
  readonly outcome: RecordedOutcome;
  /** The namespace that is looked at. */
  readonly netns: string | undefined;
}

export function Captures({ trace, outcome, netns: looked }: CapturesProps) {
  const [chosen, setChosen] = useState<string>();
  const taps = tapsOf(outcome);
  const tap = taps.find(({ key }) => key === chosen) ?? taps.find(({ netns, device }) => netns === looked && device === 'any') ?? taps[0];
  if (tap === undefined) return null;
  const text = printTcpdump(outcome, tap);
  return (
    <section class="captures" aria-label="Captures">
      <div class="bar">
        <label>
          tcpdump -n on{' '}
          <select value={tap.key} onChange={(event) => setChosen(event.currentTarget.value)}>
            {taps.map(({ key, netns, device }) => (
              <option key={key} value={key}>
                {netns} {device}
              </option>
            ))}
          </select>
        </label>
        {outcome.frames === null ? (
          <span class="nothing">no frames were recorded</span>
        ) : (
          <button type="button" onClick={() => download(trace, outcome)}>
            Download pcapng
          </button>
        )}
      </div>
      <pre tabIndex={0} aria-label={`tcpdump on ${tap.netns} ${tap.device}`}>
        {text === '' ? 'nothing seen here' : text}
      </pre>
    </section>
  );
}

interface Tap {
  readonly key: string;
  readonly netns: string;
  readonly device: string;
}

function tapsOf({ request, reply }: RecordedOutcome): readonly Tap[] {
  const taps = new Map<string, Tap>();
  const add = (netns: string, device: string): void => void taps.set(`${netns} ${device}`, { key: `${netns} ${device}`, netns, device });
  for (const { netns, device, stage } of [...request, ...reply]) {
    if (stage !== 'rx' && stage !== 'tx') continue;
    add(netns, 'any');
    if (device !== null) add(netns, device);
  }
  const namespaces = [...new Set([...taps.values()].map(({ netns }) => netns))];
  return namespaces.flatMap((netns) => [...taps.values()].filter((tap) => tap.netns === netns));
}

function download(trace: RecordedTrace, { frames, index, probability }: RecordedOutcome): void {
  const captured = (frames ?? []).map((frame) => ({ ...frame, bytes: bytesOf(frame.bytes) }));
  const file = pcapngSection(captured, sectionTitle(index, trace.total, probability));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([Uint8Array.from(file)], { type: 'application/x-pcapng' }));
  link.download = `${`${trace.flow.from}-${trace.flow.to}-${index + 1}`.replace(/[^\w.-]+/g, '-')}.pcapng`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}
