/** The text that a run or a sweep was compiled from: sources in the order of merging, then parameters. */
export interface SourceDocument {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
}
