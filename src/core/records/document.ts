/**
 * The document that a run or a sweep was compiled from: its source files in the order in which they are merged, and the
 * parameters given with them, which take precedence.
 */
export interface SourceDocument {
  readonly sources: readonly { readonly file: string; readonly text: string }[]
  readonly params: Readonly<Record<string, string>>
}
