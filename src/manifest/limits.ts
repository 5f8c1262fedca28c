/** How much of a text is read: past these a clear error comes, quickly, instead of a slow or endless one. */
export const LIMITS = {
  /** Characters of one file. */
  fileSizeMax: 32 * 1024 * 1024,
  /** Characters of one YAML document; an API server stores no object above 1.5 MiB. */
  documentSizeMax: 1536 * 1024,
  /** Tokens of one YAML document. */
  documentTokensMax: 120_000,
  /** Collections within collections. */
  depthMax: 100,
  /** Values of a document once every alias is written out. */
  valuesMax: 100_000,
  /** Documents of one text. */
  documentsMax: 25_000,
  /** Files of one folder. */
  filesMax: 2_000,
  /** Syntax errors after which the rest is not read. */
  errorsMax: 200,
  /** Problems listed of one text. */
  problemsMax: 20,
} as const;
