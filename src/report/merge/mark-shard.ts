/** A report of Cucumber's own says which shard it is: `text` with the mark in it, and the mark read back. */

const PROPERTY = /\n {2}<properties>\n {4}<property name="hopspec\.shard" value="([^"]*)"\/>\n {2}<\/properties>/;

export function markJunit(text: string, shard: string): string {
  const property = `\n  <properties>\n    <property name="hopspec.shard" value="${shard}"/>\n  </properties>`;
  return text.replace(/<testsuite( [^>]*?)?(\/?)>/, (_, attributes: string | undefined, end: string) =>
    end === '' ? `<testsuite${attributes ?? ''}>${property}` : `<testsuite${attributes ?? ''}>${property}\n</testsuite>`,
  );
}

export function unmarkJunit(text: string): { readonly text: string; readonly shard: string | undefined } {
  return { text: text.replace(PROPERTY, ''), shard: PROPERTY.exec(text)?.[1] };
}

export interface JsonFeature {
  readonly uri: string;
  readonly elements: readonly { readonly id: string; readonly line: number }[];
  /** Absent in a report of a whole run. */
  readonly shard?: string;
}

export function markJson(text: string, shard: string): string {
  const features = JSON.parse(text) as readonly JsonFeature[];
  return JSON.stringify(
    features.map((feature) => ({ ...feature, shard })),
    undefined,
    2,
  );
}

/** Of an attachment to the run as a whole. */
export const SHARD_MEDIA_TYPE = 'text/x.hopspec.shard+plain';

export function shardLine(shard: string): string {
  return `${JSON.stringify({ attachment: { body: shard, contentEncoding: 'IDENTITY', mediaType: SHARD_MEDIA_TYPE } })}\n`;
}
