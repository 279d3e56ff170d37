import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import type { ReactElement } from 'react'

import { request } from '../../api/client.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice, Loading } from '../../ui/states.tsx'
import { indentJson } from './indent-json.ts'
import type { DrawPicture } from './markdown.tsx'
import { parseTable } from './parse-table.ts'

const Markdown = lazy(async () => ({ default: (await import('./markdown.tsx')).Markdown }))

const TEXT_MAX_BYTES = 2_000_000
const IMAGE_MAX_BYTES = 20_000_000
const ROWS_MAX = 500
const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  // An SVG in an <img> runs no script and loads nothing.
  svg: 'image/svg+xml',
}
/** Endings of files that are not shown as text. */
const BINARY_EXTENSIONS = new Set([
  'pt',
  'pth',
  'pkl',
  'pickle',
  'npz',
  'npy',
  'h5',
  'onnx',
  'zip',
  'gz',
  'tar',
  'whl',
  'bin',
  'parquet',
  'so',
  'joblib',
])

interface PreviewProps {
  readonly address: string
  readonly path: string
  readonly sizeBytes: number
  /** Draws a picture that a Markdown file refers to. */
  readonly drawPicture?: DrawPicture | undefined
}

/**
 * Shows the content of a file as text, a table, Markdown or an image. Content that a run wrote is never interpreted as
 * HTML, as a script or as a document of its own.
 */
export function Preview({ address, path, sizeBytes, drawPicture }: PreviewProps): ReactElement {
  const extension = path.split('.').at(-1)?.toLowerCase() ?? ''
  const image = IMAGES[extension]
  const canPreview = image
    ? sizeBytes <= IMAGE_MAX_BYTES
    : sizeBytes <= TEXT_MAX_BYTES && !BINARY_EXTENSIONS.has(extension)
  const content = useQuery({
    queryKey: ['content', address],
    queryFn: async () => await (await request(address)).arrayBuffer(),
    enabled: canPreview,
    staleTime: Infinity,
  })

  if (!canPreview) return <p className="none">{t('no_preview')}</p>
  if (content.error) return <ErrorNotice error={content.error} onRetry={() => void content.refetch()} />
  if (!content.data) return <Loading what={path} />
  if (image) return <Picture bytes={content.data} type={image} name={path} />

  const text = new TextDecoder().decode(content.data)
  if (text.slice(0, 1000).includes('\0')) return <p className="none">{t('no_preview')}</p>
  if (extension === 'csv' || extension === 'tsv')
    return <Table text={text} separator={extension === 'csv' ? ',' : '\t'} />
  if (extension === 'md' || extension === 'markdown')
    return (
      <Suspense fallback={<Loading what={path} />}>
        <Markdown text={text} {...(drawPicture && { drawPicture })} />
      </Suspense>
    )

  return <pre className="code text">{extension === 'json' ? indentJson(text) : text}</pre>
}

function Picture({
  bytes,
  type,
  name,
}: {
  readonly bytes: ArrayBuffer
  readonly type: string
  readonly name: string
}): ReactElement {
  const url = useMemo(() => URL.createObjectURL(new Blob([bytes], { type })), [bytes, type])
  useEffect(() => () => URL.revokeObjectURL(url), [url])
  return <img className="picture" src={url} alt={name} />
}

function Table({ text, separator }: { readonly text: string; readonly separator: string }): ReactElement {
  const rows = useMemo(() => parseTable(text, separator), [text, separator])
  const [head = [], ...body] = rows
  const isNumber = head.map((_, j) => {
    const cells = body.slice(0, ROWS_MAX).flatMap((row) => (row[j] === undefined || row[j] === '' ? [] : row[j]))
    return cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell)))
  })

  return (
    <div className="datatable">
      <table className="tbl">
        <thead>
          <tr>
            {head.map((cell, i) => (
              // The key is the index, because a file may have two columns of one name.
              <th key={i} className={isNumber[i] ? 'num' : ''}>
                {cell}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.slice(0, ROWS_MAX).map((row, i) => (
            <tr key={i}>
              {head.map((_, j) => (
                <td key={j} className={isNumber[j] ? 'num' : ''}>
                  {row[j]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {body.length > ROWS_MAX && <p className="foot">{t('rows_of', { n: ROWS_MAX, total: body.length })}</p>}
    </div>
  )
}
