import { lazy, Suspense, useEffect, useMemo } from 'react'
import type { ReactElement } from 'react'

import { useFileContent } from '../../../api/files.ts'
import type { StoredFile } from '../../../api/files.ts'
import { t } from '../../../texts/texts.ts'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { Loading } from '../../../ui/loading.tsx'
import { indentJson } from './indent-json.ts'
import type { DrawPicture } from './markdown.tsx'
import { isBinary, previewKindOf } from './preview-kind.ts'
import css from './preview.module.css'
import { TextTableView } from './text-table-view.tsx'

const Markdown = lazy(async () => ({ default: (await import('./markdown.tsx')).Markdown }))

interface PreviewProps {
  readonly file: StoredFile
  readonly path: string
  readonly sizeBytes: number
  /** Whether the file is a picture between the paragraphs of a Markdown text. The picture then has less padding. */
  readonly isInText?: boolean
  /** Returns the element for a picture that the Markdown file refers to. */
  readonly drawPicture?: DrawPicture | undefined
}

/**
 * Shows the content of a file as text, a table, Markdown or an image. Content that a run wrote is never interpreted as
 * HTML, as a script or as a document of its own.
 */
export function Preview({ file, path, sizeBytes, isInText = false, drawPicture }: PreviewProps): ReactElement {
  const kind = previewKindOf(path, sizeBytes)
  const content = useFileContent(file, kind.type !== 'none')

  if (kind.type === 'none') return <p className="none">{t('no_preview')}</p>
  if (content.error) return <ErrorNotice error={content.error} onRetry={() => void content.refetch()} />
  if (!content.data) return <Loading what={path} />
  if (kind.type === 'image')
    return <Picture bytes={content.data} type={kind.mediaType} name={path} isInText={isInText} />

  const text = new TextDecoder().decode(content.data)
  if (isBinary(text)) return <p className="none">{t('no_preview')}</p>

  switch (kind.type) {
    case 'table':
      return <TextTableView text={text} separator={kind.separator} />
    case 'markdown':
      return (
        <Suspense fallback={<Loading what={path} />}>
          <Markdown text={text} {...(drawPicture && { drawPicture })} />
        </Suspense>
      )
    default:
      return <pre className={`code ${css.text}`}>{kind.type === 'json' ? indentJson(text) : text}</pre>
  }
}

function Picture({
  bytes,
  type,
  name,
  isInText,
}: {
  readonly bytes: ArrayBuffer
  readonly type: string
  readonly name: string
  readonly isInText: boolean
}): ReactElement {
  const url = useMemo(() => URL.createObjectURL(new Blob([bytes], { type })), [bytes, type])
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  return <img className={isInText ? `${css.picture} ${css.inText}` : css.picture} src={url} alt={name} />
}
