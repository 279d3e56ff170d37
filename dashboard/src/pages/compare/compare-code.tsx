import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { request } from '../../api/client.ts'
import { useDocument, useSnapshot } from '../../api/queries.ts'
import { runTitle } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Panel } from '../../ui/panel.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { diffFiles } from './changed-files.ts'
import type { ChangedFile } from './changed-files.ts'
import { Diff } from './diff.tsx'

const TEXT_MAX_BYTES = 1_000_000

/** A panel of the differences in code and document between the base run and another one, file by file. */
export function CodeDiff({
  base,
  others,
}: {
  readonly base: RunDetailView
  readonly others: readonly RunDetailView[]
}): ReactElement | null {
  const [chosen, setChosen] = useState<number | undefined>()
  const other = others.find(({ number }) => number === chosen) ?? others[0]
  const [before, after] = [useSnapshot(base.snapshot), useSnapshot(other?.snapshot ?? null)]
  const [oldDocument, newDocument] = [useDocument(documentReference(base)), useDocument(documentReference(other))]

  if (!other) return null

  const files = before.data && after.data ? diffFiles(before.data.files, after.data.files) : []
  const texts = [oldDocument, newDocument].map(
    ({ data }) => data?.sources.map(({ text }) => text).join('\n---\n') ?? '',
  )
  const hasDocumentChanged = oldDocument.data !== undefined && newDocument.data !== undefined && texts[0] !== texts[1]

  return (
    <Panel
      title={t('code_differences')}
      note={before.data && after.data ? t('files_changed', { n: files.length }) : ''}
      acts={
        others.length > 1 && (
          <select
            className="field axis"
            aria-label={t('compared_run')}
            value={other.number}
            onChange={(event) => setChosen(Number(event.target.value))}
          >
            {others.map((run) => (
              <option key={run.id} value={run.number}>
                {runTitle(run)}
              </option>
            ))}
          </select>
        )
      }
    >
      {(before.error ?? after.error) && <ErrorNotice error={(before.error ?? after.error)!} />}
      {base.snapshot !== null && other.snapshot !== null && files.length === 0 && !hasDocumentChanged && (
        <p className="none">{t('code_equal')}</p>
      )}
      {(base.snapshot === null || other.snapshot === null) && !hasDocumentChanged && (
        <p className="none">{t('no_snapshot')}</p>
      )}
      {hasDocumentChanged && (
        <ChangedFileItem name={t('document')} change="changed">
          <TextDiff name={t('document')} before={texts[0]!} after={texts[1]!} />
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

/**
 * Reference of the run whose document is loaded; undefined for a run that a script started by hand: it has no document.
 */
function documentReference(run: RunDetailView | undefined): string | undefined {
  return run?.host ? String(run.number) : undefined
}

/** A changed file. Its diff is loaded when a person opens it. */
function ChangedFileItem({
  name,
  change,
  children,
}: {
  readonly name: string
  readonly change: ChangedFile['change']
  readonly children: ReactElement
}): ReactElement {
  const [isOpen, setOpen] = useState(false)

  return (
    <details className="changed" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="mono clip">{name}</span> <span className="dim small">{t(`file_${change}`)}</span>
      </summary>
      {isOpen && children}
    </details>
  )
}

function FileDiff({ file: { path, before, after, sizeBytes } }: { readonly file: ChangedFile }): ReactElement {
  const isShown = sizeBytes <= TEXT_MAX_BYTES
  const texts = useQuery({
    queryKey: ['texts', before, after],
    queryFn: async () =>
      await Promise.all(
        [before, after].map(async (digest) =>
          digest === null ? '' : await (await request(`/blobs/${digest}`)).text(),
        ),
      ),
    enabled: isShown,
    staleTime: Infinity,
  })

  if (!isShown) return <p className="none">{t('no_preview')}</p>
  if (texts.error) return <ErrorNotice error={texts.error} onRetry={() => void texts.refetch()} />
  if (!texts.data) return <Loading what={path} lines={4} />

  const [old = '', now = ''] = texts.data
  if (old.includes('\0') || now.includes('\0')) return <p className="none">{t('no_preview')}</p>

  return <TextDiff name={path} before={old} after={now} />
}

/** The diff of two texts, computed in the browser while it is shown; a note where that takes more than 2 s. */
function TextDiff({
  name,
  before,
  after,
}: {
  readonly name: string
  readonly before: string
  readonly after: string
}): ReactElement {
  const patch = useQuery({
    queryKey: ['patch', name, before, after],
    queryFn: async () =>
      (await import('diff')).createTwoFilesPatch(name, name, before, after, '', '', { timeout: 2_000 }) ?? '',
    staleTime: Infinity,
    gcTime: 0,
  })
  if (patch.data === undefined) return <Loading what={name} lines={4} />

  return patch.data === '' ? (
    <p className="none">{t('diff_too_long')}</p>
  ) : (
    <Diff text={patch.data.split('\n').slice(2).join('\n')} />
  )
}
