import { useState } from 'react'
import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useSnapshot } from '../../api/code.ts'
import { useDocument } from '../../api/documents.ts'
import { runTitle } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Panel } from '../../ui/panel.tsx'
import { ChangedFileItem } from './changed-file-item.tsx'
import { diffFiles } from './changed-files.ts'
import { FileDiff, TextDiff } from './file-diff.tsx'

interface CodeDiffProps {
  readonly base: RunDetailView
  readonly others: readonly RunDetailView[]
}

/**
 * A panel with the differences in code and document between the base run and one of the others, which a menu chooses,
 * file by file. Null without another run.
 */
export function CodeDiff({ base, others }: CodeDiffProps): ReactElement | null {
  const [chosen, setChosen] = useState<number | undefined>()
  const other = others.find(({ number }) => number === chosen) ?? others[0]
  const [before, after] = [useSnapshot(base.snapshot), useSnapshot(other?.snapshot ?? null)]
  const documents = useChangedDocument(base, other)

  if (!other) return null

  const error = before.error ?? after.error
  const hasSnapshots = base.snapshot !== null && other.snapshot !== null
  const files = before.data && after.data ? diffFiles(before.data.files, after.data.files) : []

  return (
    <Panel
      title={t('code_differences')}
      note={before.data && after.data ? t('files_changed', { n: files.length }) : ''}
      acts={others.length > 1 && <RunSelect runs={others} value={other.number} onChange={setChosen} />}
    >
      {error && <ErrorNotice error={error} />}
      {!documents && (!hasSnapshots || files.length === 0) && (
        <p className="none">{t(hasSnapshots ? 'code_equal' : 'no_snapshot')}</p>
      )}
      {documents && (
        <ChangedFileItem name={t('document')} change="changed">
          <TextDiff name={t('document')} {...documents} />
        </ChangedFileItem>
      )}
      {files.map((file) => (
        <ChangedFileItem key={file.path} name={file.path} change={file.change}>
          <FileDiff key={`${file.before} ${file.after}`} file={file} />
        </ChangedFileItem>
      ))}
    </Panel>
  )
}

function RunSelect({
  runs,
  value,
  onChange,
}: {
  readonly runs: readonly RunDetailView[]
  readonly value: number
  readonly onChange: (number: number) => void
}): ReactElement {
  return (
    <select
      className="field axis"
      aria-label={t('compared_run')}
      value={value}
      onChange={(event) => onChange(Number(event.target.value))}
    >
      {runs.map((run) => (
        <option key={run.id} value={run.number}>
          {runTitle(run)}
        </option>
      ))}
    </select>
  )
}

/**
 * Loads the documents of two runs. Returns undefined if their texts are equal or not loaded yet, or if a run has none.
 */
function useChangedDocument(
  base: RunDetailView,
  other: RunDetailView | undefined,
): { readonly before: string; readonly after: string } | undefined {
  const [before, after] = [useDocumentText(base), useDocumentText(other)]
  return before === undefined || after === undefined || before === after ? undefined : { before, after }
}

/**
 * Loads the sources of a run's document as one text. Undefined until they are loaded, and for a run that a script
 * started by hand, which has no document.
 */
function useDocumentText(run: RunDetailView | undefined): string | undefined {
  const { data } = useDocument(run?.host ? String(run.number) : undefined)
  return data?.sources.map(({ text }) => text).join('\n---\n')
}
