import { useEffect, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import { ApiError, call } from '../api/client.ts'
import type { Problem } from '../api/client.ts'
import { useAction, useDocument, useRun } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { go, usePlace } from '../state/location.ts'
import { t } from '../texts/texts.ts'
import { useTitle } from '../ui/page.tsx'
import { Empty, Failure, Loading } from '../ui/states.tsx'

interface Submission {
  readonly kind: 'run' | 'sweep'
  readonly number: number
}

/** Edits the document of an earlier run and starts it again, on the code that the run had. */
export function Create({ project }: { readonly project: string }): ReactElement {
  const { query } = usePlace()
  const from = query.get('from') ?? undefined
  useTitle(t('new_run'), project)
  if (from === undefined)
    return (
      <Empty title={t('create_title')} text={t('create_how')} command={`hagane run -f train.yml --project ${project}`}>
        <p>{t('create_from_old')}</p>
      </Empty>
    )
  return <Editor key={from} project={project} from={from} />
}

function Editor({ project, from }: { readonly project: string; readonly from: string }): ReactElement {
  const run = useRun(from)
  const document = useDocument(from)
  const [text, setText] = useState<string | undefined>()
  const area = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (document.data && text === undefined) setText(document.data.sources.at(-1)?.text ?? '')
  }, [document.data, text])
  const start = useAction(
    async () => {
      const { sources, params } = document.data!
      const edited = sources.map((source, i) => (i === sources.length - 1 ? { ...source, text: text! } : source))
      const { host, snapshot } = run.data!
      return await call<Submission>('/submissions', {
        method: 'POST',
        body: { sources: edited, params, host, project, ...(snapshot !== null && { snapshot }) },
      })
    },
    ({ kind, number }) => go(kind === 'run' ? paths.run(project, number) : paths.sweep(project, number)),
  )
  const problem = run.error ?? document.error
  if (problem) return <Failure error={problem} />
  if (!run.data || !document.data || text === undefined) return <Loading what={t('tab_spec')} />
  if (document.data.sources.length === 0 || run.data.host === null) return <Empty title={t('no_document')} text={t('no_document_why')} />
  const problems = start.error instanceof ApiError ? start.error.problems : []
  const toLine = ({ line = 1, column = 1 }: Problem): void => {
    const at =
      text
        .split('\n')
        .slice(0, line - 1)
        .reduce((sum, one) => sum + one.length + 1, 0) +
      column -
      1
    area.current?.focus()
    area.current?.setSelectionRange(at, at + 1)
  }
  return (
    <>
      <div className="head">
        <h1>{t('edit_and_run')}</h1>
        <span className="mid">{t('from_run', { number: from })}</span>
        <span className="grow" />
        <button type="button" className="btn solid" disabled={start.isPending} onClick={() => start.mutate(undefined)}>
          {t('start')}
        </button>
      </div>
      <div className="editor">
        <textarea
          ref={area}
          className="mono"
          aria-label={document.data.sources.at(-1)!.file}
          aria-invalid={problems.length > 0}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if ((event.ctrlKey || event.metaKey) && event.key === 'Enter' && !event.nativeEvent.isComposing) start.mutate(undefined)
          }}
        />
        <aside className="about">
          <h2>{t('check')}</h2>
          {start.error && problems.length === 0 && <Failure error={start.error} />}
          {problems.length === 0 && !start.error && <p className="mid">{t('create_note')}</p>}
          <ul className="problems">
            {problems.map((one) => (
              <li key={`${one.code} ${one.line} ${one.column}`}>
                <button type="button" className="btn bare" onClick={() => toLine(one)}>
                  {t('line_n', { n: one.line ?? 1 })}
                </button>
                <div>
                  <b className="strong">{one.message}</b>
                  <div className="mid">{one.remedy}</div>
                  {one.path && <div className="dim small mono">{one.path}</div>}
                </div>
              </li>
            ))}
          </ul>
        </aside>
      </div>
    </>
  )
}
