import type { SourceDocument } from '../records/document.ts'

/** Reads and writes the documents that runs and sweeps were compiled from, each under its digest. */
export interface DocumentStore {
  get(digest: string): Promise<SourceDocument | undefined>
  /** Inserts a document. Does nothing if one with this digest exists. */
  put(digest: string, document: SourceDocument): Promise<void>
}
