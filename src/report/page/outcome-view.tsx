/** One outcome: what came of it, the picture of its way, and one hop of it at a time. The arrow keys step. */
import { useMemo, useState } from 'preact/hooks';
import { pictureOf, type Leg } from '../html/picture.js';
import type { RecordedHop, RecordedOutcome, RecordedTrace } from '../../trace/recorded-trace.js';
import { Captures } from './captures.js';
import { Facts } from './facts.js';
import { HopView } from './hop-view.js';
import { PictureView } from './picture-view.js';

interface OutcomeViewProps {
  readonly trace: RecordedTrace;
  readonly outcome: RecordedOutcome;
  /** It is what shows that the sentence does not hold. */
  readonly isShown: boolean;
}

export interface Place {
  readonly leg: Leg;
  readonly at: number;
}

export function OutcomeView({ trace, outcome, isShown }: OutcomeViewProps) {
  const picture = useMemo(() => pictureOf(outcome), [outcome]);
  const places = useMemo(() => placesOf(outcome), [outcome]);
  const [index, setIndex] = useState(() => firstToLookAt(outcome, places));
  const place = places[index];
  const step = (by: number): void => setIndex(Math.min(places.length - 1, Math.max(0, index + by)));
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -places.length, End: places.length }[event.key];
    if (by === undefined || event.target instanceof HTMLSelectElement || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    step(by);
  };
  const go = ({ leg, at }: Place): void => setIndex(places.findIndex((one) => one.leg === leg && one.at === at));
  return (
    <section class="outcome" aria-label="Outcome">
      <Facts trace={trace} outcome={outcome} isShown={isShown} />
      {place !== undefined && (
        <div class="way" onKeyDown={onKeyDown}>
          <div class="scrolls-aside">
            <PictureView picture={picture} place={place} go={go} />
          </div>
          <div class="beside">
            <div class="stepper" role="group" aria-label="Step through the hops">
              <button type="button" onClick={() => step(-1)} disabled={index === 0} aria-label="Previous hop">
                ←
              </button>
              <span role="status">
                {place.leg} · hop {index + 1} of {places.length}
              </span>
              <button type="button" onClick={() => step(1)} disabled={index === places.length - 1} aria-label="Next hop">
                →
              </button>
            </div>
            <HopView hop={hopAt(outcome, place)} chains={outcome.chains} />
          </div>
        </div>
      )}
      <Captures trace={trace} outcome={outcome} netns={place === undefined ? undefined : hopAt(outcome, place).netns} />
    </section>
  );
}

function placesOf({ request, reply }: RecordedOutcome): readonly Place[] {
  return [...request.map((_, at): Place => ({ leg: 'request', at })), ...reply.map((_, at): Place => ({ leg: 'reply', at }))];
}

function hopAt(outcome: RecordedOutcome, { leg, at }: Place): RecordedHop {
  return outcome[leg][at] as RecordedHop;
}

/** Where it was lost; else where it begins. */
function firstToLookAt(outcome: RecordedOutcome, places: readonly Place[]): number {
  const { cause } = outcome;
  if (cause === null) return 0;
  const stops = (place: Place): boolean => {
    const { netns, verdict } = hopAt(outcome, place);
    return netns === cause.netns && [cause.reason, 'drop', 'reject'].includes(verdict);
  };
  return Math.max(0, places.findIndex(stops));
}
