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
  /** Height of a panel with a chart. Without it, the panel is as high as its content or as `className` says. */
  readonly size?: 'chart' | 'slice'
  /** Whether a panel of size `chart` is high and as wide as the page. */
  readonly isLarge?: boolean
  readonly className?: string | undefined
}

/**
 * A titled box with a note and buttons. Data of a chart can be shown as a table and saved as a file; the chart can be
 * saved as a picture and has a link of its own. `data-large` marks a large panel for the box around it.
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

/** Buttons that show data as a table, save them, save a picture of the chart, and copy the link of the panel. */
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
