import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { toTrialDocument } from '../sweep/trial-document.ts'

/**
 * Returns the document of the run itself. For a trial it is derived from that of the sweep, which describes all trials.
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
