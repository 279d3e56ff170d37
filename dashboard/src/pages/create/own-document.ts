import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { toTrialDocument } from '../sweep/trial-document.ts'

/**
 * Returns the document that describes a run alone. For a trial this is the document of the sweep with the parameter
 * values of the trial in place of the search.
 */
export function toOwnDocument(
  { sweep, params }: Pick<RunDetailView, 'sweep' | 'params'>,
  document: DocumentView,
): DocumentView {
  if (sweep === null) return document

  const last = document.sources.at(-1)!
  const own = toTrialDocument(last.text, params)
  return {
    ...document,
    sources: [...document.sources.slice(0, -1), { file: last.file, text: own.text }],
    params: { ...document.params, ...own.params },
  }
}
