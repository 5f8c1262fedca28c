/** The data of the page: the list, read at once, and the scenarios, each chunk of which is inflated when one of its scenarios is looked at. */
import { unpack } from '../html/pack.js';
import type { ReportChunk, ReportIndex, ReportScenario, ScenarioRow } from '../html/report.js';

export function readIndex(): ReportIndex {
  return JSON.parse(document.getElementById('index')?.textContent ?? 'null') as ReportIndex;
}

const chunks = new Map<number, Promise<ReportChunk>>();

export async function readScenario({ at: [number, place] }: ScenarioRow): Promise<ReportScenario> {
  let chunk = chunks.get(number);
  if (chunk === undefined) {
    chunk = inflate(document.getElementsByClassName('chunk')[number]?.textContent ?? '');
    chunks.set(number, chunk);
  }
  const { scenarios, ...tables } = await chunk;
  return unpack(scenarios[place], tables) as ReportScenario;
}

async function inflate(base64: string): Promise<ReportChunk> {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(stream).json()) as ReportChunk;
}
