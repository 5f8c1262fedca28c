/** A report that was read, and the file it stands in, for messages. */
export interface ReportText {
  readonly text: string;
  readonly file: string;
}
