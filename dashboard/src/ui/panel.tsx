import { useEffect, useRef, useState } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { csvLine } from '../../../src/contract/csv.ts'
import { formatExact } from '../format.ts'
import { t } from '../texts/texts.ts'
import { IconButton } from './controls.tsx'
import { saveFile } from './save-file.ts'
import { toast } from './toasts.ts'

export type DataCell = string | number | null | undefined

/** The data of a chart as a table. */
export interface PanelData {
  readonly head: readonly string[]
  readonly rows: readonly (readonly DataCell[])[]
}

interface PanelProps {
  readonly title: string
  /** How many of how many items the panel shows. */
  readonly note?: ReactNode
  /** Buttons and menus of the panel. */
  readonly acts?: ReactNode
  /**
   * Returns the data of the chart, called when the person asks for it. Undefined where the panel is no chart, or draws
   * nothing yet.
   */
  readonly data?: (() => PanelData) | undefined
  /** Text about the part of the data that the table leaves out. */
  readonly dataNote?: string | undefined
  readonly children: ReactNode
  readonly className?: string
}

/**
 * A titled box with a note and buttons. Data of a chart can be shown as a table and saved as a file; the chart can be
 * saved as a picture and has a link of its own.
 */
export function Panel({ title, note, acts, data, dataNote, children, className = '' }: PanelProps): ReactElement {
  const section = useRef<HTMLElement>(null)
  const [isTable, setTable] = useState(false)
  const anchor = anchorOf(title)
  const isChart = data !== undefined

  useEffect(() => {
    if (isChart && location.hash === hashOf(anchor)) section.current?.scrollIntoView()
  }, [isChart, anchor])

  return (
    <section className={`panel ${className}`} aria-label={title} ref={section} {...(data && { id: anchor })}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span className="note clip">{note}</span>}
        {(acts !== undefined || data) && (
          <span className="acts">
            {acts}
            {data && (
              <>
                <IconButton
                  name="table"
                  label={t('show_data')}
                  isPressed={isTable}
                  onClick={() => setTable(!isTable)}
                />
                <IconButton
                  name="download"
                  label={dataNote === undefined ? t('download_csv') : `${t('download_csv')}: ${dataNote}`}
                  onClick={() =>
                    saveFile(`${fileNameOf(title)}${dataNote === undefined ? '' : '-buckets'}.csv`, toCsv(data()))
                  }
                />
                {!isTable && (
                  <IconButton
                    name="picture"
                    label={t('save_picture')}
                    onClick={() =>
                      void import('./save-picture.ts').then(
                        async ({ savePicture }) => await savePicture(section.current!, title),
                      )
                    }
                  />
                )}
                <IconButton name="link" label={t('copy_link')} onClick={() => void copyLink(anchor)} />
              </>
            )}
          </span>
        )}
      </header>
      {isTable && data ? <DataTable data={data()} note={dataNote} /> : children}
    </section>
  )
}

/** Copies the address of this panel, with all that is chosen on the page. */
async function copyLink(anchor: string): Promise<void> {
  const address = location.href.split('#')[0] + hashOf(anchor)
  await navigator.clipboard.writeText(address)
  toast(t('copied'))
}

function hashOf(anchor: string): string {
  return `#${encodeURIComponent(anchor)}`
}

function anchorOf(title: string): string {
  return `panel-${title.replaceAll(/\s+/g, '-')}`
}

function fileNameOf(title: string): string {
  return title.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')
}

function toCsv({ head, rows }: PanelData): string {
  return [head, ...rows].map((row) => csvLine(row.map((value) => value ?? null))).join('')
}

const ROWS_MAX = 500

/** The data of a chart as a table of at most 500 rows. */
function DataTable({
  data: { head, rows },
  note,
}: {
  readonly data: PanelData
  readonly note: string | undefined
}): ReactElement {
  const numeric = head.map(
    (_, i) => typeof rows.find((row) => row[i] !== null && row[i] !== undefined)?.[i] === 'number',
  )

  return (
    <div className="datatable">
      <table className="tbl">
        <thead>
          <tr>
            {head.map((name, i) => (
              <th key={name} className={numeric[i] ? 'num' : ''}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, ROWS_MAX).map((row, at) => (
            // Rows of data have no key but their index.
            <tr key={at}>
              {row.map((value, i) => (
                <td key={head[i]} className={numeric[i] ? 'num' : 'clip'}>
                  {typeof value === 'number' ? formatExact(value) : value}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {note !== undefined && <p className="foot">{note}</p>}
      {rows.length > ROWS_MAX && <p className="foot">{t('rows_cut', { n: ROWS_MAX, total: rows.length })}</p>}
    </div>
  )
}
