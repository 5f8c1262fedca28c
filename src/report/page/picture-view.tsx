/** The picture of a way: boxes for nodes and namespaces, a button for each station, and the way itself as a line over them. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Picture, Space, Station } from '../html/picture.js';
import { isUnderlay } from '../../claim/place.js';
import type { Place } from './outcome-view.js';

interface PictureViewProps {
  readonly picture: Picture;
  readonly place: Place;
  readonly go: (place: Place) => void;
}

const SIGNS: Readonly<Record<Station['kind'], string>> = {
  device: '',
  route: '',
  rules: '',
  nat: '⇄',
  tunnel: '▭',
  drop: '✗',
  answer: '↩',
  deliver: '✓',
};

export function PictureView({ picture, place, go }: PictureViewProps) {
  const root = useRef<HTMLDivElement>(null);
  const lines = useLines(root, picture);
  const isHere = ({ leg, from, to }: Station): boolean => leg === place.leg && from <= place.at && place.at <= to;
  return (
    <div class="picture" ref={root} role="group" aria-label="The way of the packet" style={{ '--tracks': picture.tracks.length }}>
      <svg aria-hidden="true" width={lines.width} height={lines.height}>
        {lines.segments.map(({ path, kind }, i) => (
          <path key={i} d={path} class={kind} />
        ))}
      </svg>
      <div class="heads" aria-hidden="true">
        {picture.tracks.map(({ leg, down }, i) => (
          <span key={i} class={`leg-${leg}`}>
            {leg} {down ? '↓' : '↑'}
          </span>
        ))}
      </div>
      {picture.nodes.map(({ name, spaces }) => (
        <section class="node" key={spaces[0]?.key} aria-label={name}>
          <h4>{spaces.some(({ netns }) => isUnderlay(netns)) ? 'underlay' : name}</h4>
          {spaces.map((space) => (
            <SpaceView key={space.key} space={space} node={name} picture={picture} isHere={isHere} go={go} />
          ))}
        </section>
      ))}
    </div>
  );
}

interface SpaceViewProps extends Pick<PictureViewProps, 'picture' | 'go'> {
  readonly space: Space;
  readonly node: string;
  readonly isHere: (station: Station) => boolean;
}

function SpaceView({ space, node, picture, isHere, go }: SpaceViewProps) {
  return (
    <section class="space" aria-label={space.netns}>
      <h5>{space.netns === node ? 'host' : space.netns}</h5>
      <div class="cells">
        {space.cells.map((stations, track) => (
          <ol key={track} class={picture.tracks[track]?.down === false ? 'cell up' : 'cell'}>
            {stations.map((station) => (
              <li key={station.from}>
                <button
                  type="button"
                  class={`station k-${station.kind} leg-${station.leg}`}
                  aria-current={isHere(station) ? 'step' : undefined}
                  aria-label={`${station.leg}: ${station.label} ${station.detail}`.trim()}
                  data-track={track}
                  data-inside={station.inside.length}
                  data-from={station.from}
                  data-leg={station.leg}
                  title={station.detail === '' ? undefined : station.detail}
                  onClick={() => go({ leg: station.leg, at: station.from })}
                >
                  <i aria-hidden="true">{SIGNS[station.kind]}</i>
                  <span>
                    {station.label}
                    {station.detail !== '' && <small>{station.detail}</small>}
                  </span>
                </button>
              </li>
            ))}
          </ol>
        ))}
      </div>
    </section>
  );
}

interface Lines {
  readonly width: number;
  readonly height: number;
  readonly segments: readonly { readonly path: string; readonly kind: string }[];
}

/** From dot to dot, as they lie on the screen; drawn anew when its size changes. */
function useLines(root: { readonly current: HTMLDivElement | null }, picture: Picture): Lines {
  const [lines, setLines] = useState<Lines>({ width: 0, height: 0, segments: [] });
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return undefined;
    const draw = (): void => setLines(measure(element));
    draw();
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => observer.disconnect();
  }, [picture]);
  return lines;
}

interface Dot {
  readonly x: number;
  readonly y: number;
  readonly leg: string;
  readonly isInside: boolean;
  readonly isEnd: boolean;
}

function measure(element: HTMLDivElement): Lines {
  const frame = element.getBoundingClientRect();
  const buttons = [...element.querySelectorAll<HTMLElement>('.station')];
  const dots = (leg: string): readonly Dot[] =>
    buttons
      .filter(({ dataset }) => dataset['leg'] === leg)
      .sort((a, b) => Number(a.dataset['from']) - Number(b.dataset['from']))
      .map((button) => {
        const box = (button.firstElementChild as HTMLElement).getBoundingClientRect();
        return {
          x: Math.round(box.left - frame.left + box.width / 2),
          y: Math.round(box.top - frame.top + box.height / 2),
          leg,
          isInside: button.dataset['inside'] !== '0',
          isEnd: button.classList.contains('k-drop'),
        };
      });
  const request = dots('request');
  const reply = dots('reply');
  const segments = [...segmentsOf(request), ...segmentsOf(reply)];
  const turn = [request.at(-1), reply[0]] as const;
  if (turn[0] !== undefined && turn[1] !== undefined) segments.push({ path: dip(turn[0], turn[1]), kind: 'line turn' });
  return {
    width: frame.width,
    height: frame.height,
    segments: segments.sort((a, b) => Number(b.kind === 'pipe') - Number(a.kind === 'pipe')),
  };
}

function segmentsOf(dots: readonly Dot[]): { path: string; kind: string }[] {
  return dots.slice(1).flatMap((to, i) => {
    const from = dots[i] as Dot;
    const path = pathOf(from, to);
    const line = { path, kind: `line leg-${to.leg}` };
    return from.isInside ? [{ path, kind: 'pipe' }, line] : [line];
  });
}

function pathOf(from: Dot, to: Dot): string {
  if (from.x === to.x) return `M${from.x} ${from.y}V${to.y}`;
  if (Math.abs(from.y - to.y) < 24) return dip(from, to);
  const middle = Math.round((from.y + to.y) / 2);
  return `M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`;
}

/** Below both, round the corners. */
function dip(from: Dot, to: Dot): string {
  const level = Math.max(from.y, to.y) + 24;
  return `M${from.x} ${from.y}C${from.x} ${level} ${from.x} ${level} ${(from.x + to.x) / 2} ${level}S${to.x} ${level} ${to.x} ${to.y}`;
}
