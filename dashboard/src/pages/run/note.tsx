import { lazy, Suspense } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../texts/texts.ts'
import { Panel } from '../../ui/panel.tsx'

const Markdown = lazy(async () => ({ default: (await import('./files/markdown.tsx')).Markdown }))

/** The note of a run or a sweep, drawn as Markdown; each line break is kept. */
export function Note({ text }: { readonly text: string | null }): ReactElement | null {
  if (text === null || text.trim() === '') return null
  return (
    <Panel title={t('note')}>
      <Suspense fallback={<p>{text}</p>}>
        <Markdown text={text} isNote />
      </Suspense>
    </Panel>
  )
}
