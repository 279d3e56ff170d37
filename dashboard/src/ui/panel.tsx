import { useEffect, useRef, useState } from 'react'
import type { ReactElement, ReactNode, RefObject } from 'react'

import { t } from '../texts/texts.ts'
import { DataTable } from './data-table.tsx'
import { IconButton } from './icon-button.tsx'
import { toCsv } from './panel-data.ts'
import type { PanelData } from './panel-data.ts'
import { PanelHeader } from './panel-header.tsx'
import css from './panel.module.css'
import { saveFile } from './save-file.ts'
import { toast } from './toasts.ts'

interface PanelProps {
  readonly title: string
  /** Text beside the title, such as how many of all items are drawn. */
  readonly note?: ReactNode
  /** Buttons and menus of the panel. */
  readonly acts?: ReactNode
  /**
   * Returns the data of the chart. Called when a person opens or saves the data as a table. Undefined if the panel has
   * no chart or the chart is empty: the panel then has no buttons for data.
   */
  readonly data?: (() => PanelData) | undefined
  /** Text for a table that does not contain every point, which says how the points were summarised. */
  readonly dataNote?: string | undefined
  readonly children: ReactNode
  /** Height of a panel with a chart, in two sizes. If absent, the content or `className` determines the height. */
  readonly size?: 'chart' | 'slice'
  /** Whether a panel of size `chart` is enlarged: higher, and as wide as the area of the charts. */
  readonly isLarge?: boolean
  readonly className?: string | undefined
}

/**
 * A titled box with a note and buttons. If it has `data`, these can be shown as a table and saved as a CSV file; the
 * chart can be saved as a picture, and the panel has a link of its own. An enlarged panel has the attribute
 * `data-large` for the style sheets of elements around it.
 */
export function Panel({
  title,
  note,
  acts,
  data,
  dataNote,
  children,
  size,
  isLarge = false,
  className,
}: PanelProps): ReactElement {
  const section = useRef<HTMLElement>(null)
  const [isTable, setTable] = useState(false)
  const anchor = anchorOf(title)
  const isChart = data !== undefined

  useEffect(() => {
    if (isChart && location.hash === hashOf(anchor)) section.current?.scrollIntoView()
  }, [isChart, anchor])

  return (
    <section
      className={['panel', size && css[size], isLarge && css.large, className].filter(Boolean).join(' ')}
      aria-label={title}
      ref={section}
      {...(data && { id: anchor })}
      {...(isLarge && { 'data-large': '' })}
    >
      <PanelHeader
        title={title}
        note={note}
        acts={
          (acts !== undefined || data) && (
            <>
              {acts}
              {data && (
                <DataButtons
                  title={title}
                  data={data}
                  note={dataNote}
                  isTable={isTable}
                  onTable={() => setTable(!isTable)}
                  panel={section}
                />
              )}
            </>
          )
        }
      />
      {isTable && data ? <DataTable data={data()} note={dataNote} /> : children}
    </section>
  )
}

/**
 * Buttons that show the data as a table, save them as a CSV file, save a picture
 * of the chart, and copy a link to the panel.
 */
function DataButtons({
  title,
  data,
  note,
  isTable,
  onTable,
  panel,
}: {
  readonly title: string
  readonly data: () => PanelData
  readonly note: string | undefined
  readonly isTable: boolean
  readonly onTable: () => void
  readonly panel: RefObject<HTMLElement | null>
}): ReactElement {
  const saveTable = (): void =>
    saveFile(`${fileNameOf(title)}${note === undefined ? '' : '-buckets'}.csv`, toCsv(data()))

  const saveChart = async (): Promise<void> => {
    const { savePicture } = await import('./save-picture.ts')
    await savePicture(panel.current!, title)
  }

  return (
    <>
      <IconButton name="table" label={t('show_data')} isPressed={isTable} onClick={onTable} />
      <IconButton
        name="download"
        label={note === undefined ? t('download_csv') : `${t('download_csv')}: ${note}`}
        onClick={saveTable}
      />
      {!isTable && <IconButton name="picture" label={t('save_picture')} onClick={() => void saveChart()} />}
      <IconButton name="link" label={t('copy_link')} onClick={() => void copyLink(anchorOf(title))} />
    </>
  )
}

/** Copies the address of the page, with the panel as its fragment. The address contains the state of the page. */
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
