import type { ReactElement } from 'react'

import { useTextDiff, useTexts } from '../../api/code.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import type { ChangedFile } from './changed-files.ts'
import { Diff } from './diff.tsx'

const TEXT_MAX_BYTES = 1_000_000

/** The diff of a file between two snapshots. A file of more than 1 MB, or one that is no text, has a note instead. */
export function FileDiff({ file: { path, before, after, sizeBytes } }: { readonly file: ChangedFile }): ReactElement {
  const isShown = sizeBytes <= TEXT_MAX_BYTES
  const texts = useTexts([before, after], isShown)

  if (!isShown) return <p className="none">{t('no_preview')}</p>
  if (texts.error) return <ErrorNotice error={texts.error} onRetry={() => void texts.refetch()} />
  if (!texts.data) return <Loading what={path} lines={4} />

  const [old = '', now = ''] = texts.data
  if (old.includes('\0') || now.includes('\0')) return <p className="none">{t('no_preview')}</p>

  return <TextDiff name={path} before={old} after={now} />
}

/**
 * The diff of two texts, which the browser computes when it is shown. If that takes more than 2 s, a note is shown
 * instead.
 */
export function TextDiff({
  name,
  before,
  after,
}: {
  readonly name: string
  readonly before: string
  readonly after: string
}): ReactElement {
  const patch = useTextDiff({ name, before, after })
  if (patch.data === undefined) return <Loading what={name} lines={4} />

  return patch.data === '' ? (
    <p className="none">{t('diff_too_long')}</p>
  ) : (
    <Diff text={patch.data.split('\n').slice(2).join('\n')} />
  )
}
