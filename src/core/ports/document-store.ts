import type { SourceDocument } from '../records/document.ts'

/** The texts that runs and sweeps were compiled from, by digest. */
export interface DocumentStore {
  get(digest: string): Promise<SourceDocument | undefined>
  /** Inserts a document; does nothing where it exists. */
  put(digest: string, document: SourceDocument): Promise<void>
}
