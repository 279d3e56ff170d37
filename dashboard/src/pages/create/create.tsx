import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import type { ReactElement } from 'react'

import type { CheckView } from '../../../../src/contract/routes.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { ApiError, call } from '../../api/client.ts'
import { useAction, useCheck, useDocument, useDocumentSchema, useLatestRun, useRun } from '../../api/queries.ts'
import type { DocumentView } from '../../api/queries.ts'
import type { YamlEditorHandle } from '../../editor/yaml-editor.tsx'
import { formatValue } from '../../format.ts'
import { paths } from '../../paths.ts'
import { navigate, usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { toast } from '../../ui/toasts.ts'
import { DefinitionList, useTitle } from '../../ui/page.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'
import { toTrialDocument } from '../sweep/trial-document.ts'

const YamlEditor = lazy(async () => ({ default: (await import('../../editor/yaml-editor.tsx')).YamlEditor }))

interface Submission {
  readonly kind: 'run' | 'sweep'
  readonly number: number
}

/** Initial text of a new document. */
const TEMPLATE = 'version: 1\nkind: experiment\nrun:\n  cmd: python train.py\n'
/** Time without edits after which the document is checked. */
const CHECK_AFTER_MS = 300

/**
 * The page that edits a document and submits it with the code of an earlier run: the run in the address, whose document
 * is edited, or the latest run of the project.
 */
export function Create({ project }: { readonly project: string }): ReactElement {
  const { query } = usePageAddress()
  const from = query.get('from') ?? undefined
  useTitle(t('new_run'), project)
  return from === undefined ? (
    <NewDocument project={project} />
  ) : (
    <DocumentOfRun key={from} project={project} from={from} />
  )
}

function DocumentOfRun({ project, from }: { readonly project: string; readonly from: string }): ReactElement {
  const run = useRun(from)
  const document = useDocument(from)
  const problem = run.error ?? document.error
  // The editor stays open with its text where loading the run again fails.
  if (problem && !(run.data && document.data)) return <ErrorNotice error={problem} />
  if (!run.data || !document.data) return <Loading what={t('tab_spec')} />
  if (document.data.sources.length === 0 || run.data.host === null)
    return <Empty title={t('no_document')} text={t('no_document_why')} />

  return (
    <Editor
      draftName={`${project} ${run.data.number}`}
      project={project}
      base={run.data}
      document={ownDocument(run.data, document.data)}
      title={t('edit_and_run')}
    />
  )
}

/**
 * Returns the document of the run itself. For a trial it is derived from that of the sweep, which describes all trials.
 */
function ownDocument(run: RunDetailView, document: DocumentView): DocumentView {
  const last = document.sources.at(-1)!
  if (run.sweep === null) return document
  const own = toTrialDocument(last.text, run.params)
  return {
    ...document,
    sources: [...document.sources.slice(0, -1), { file: last.file, text: own.text }],
    params: { ...document.params, ...own.params },
  }
}

const EMPTY_DOCUMENT: DocumentView = { sources: [{ file: 'hagane.yml', text: TEMPLATE }], params: {}, changes: null }

function NewDocument({ project }: { readonly project: string }): ReactElement {
  const latest = useLatestRun(project)
  if (latest.error && latest.data === undefined) return <ErrorNotice error={latest.error} />
  if (latest.data === undefined) return <Loading what={t('tab_spec')} />
  if (latest.data === null)
    return (
      <Empty
        title={t('create_title')}
        text={t('create_how')}
        command={`hagane run -f train.yml --project ${project}`}
      />
    )

  return (
    <Editor draftName={project} project={project} base={latest.data} document={EMPTY_DOCUMENT} title={t('new_run')} />
  )
}

interface EditorProps {
  /** Name of the draft in the session storage of the browser. */
  readonly draftName: string
  readonly project: string
  /** Run whose code and host are submitted with the document. */
  readonly base: RunDetailView
  readonly document: DocumentView
  readonly title: string
}

function Editor({ draftName, project, base, document: { sources, params }, title }: EditorProps): ReactElement {
  const last = sources.at(-1)!
  const draft = useDraft(draftName, last.text)
  const { text, setText } = draft
  const editor = useRef<YamlEditorHandle>(null)
  const edited = useMemo(() => [...sources.slice(0, -1), { file: last.file, text }], [sources, last.file, text])
  const debounced = useDebounced(edited)
  const check = useCheck({ sources: debounced, params })
  const loadSchema = useDocumentSchema()

  const start = useAction(
    async () => {
      const { host, snapshot } = base
      return await call<Submission>('/submissions', {
        method: 'POST',
        body: { sources: edited, params, host, project, ...(snapshot !== null && { snapshot }) },
      })
    },
    ({ kind, number }) => {
      draft.remove()
      navigate(kind === 'run' ? paths.run(project, number) : paths.sweep(project, number))
    },
    { showsError: true },
  )

  // Where the check found errors, moves to the first one and does not submit the document.
  const submitIfValid = (): void => {
    const [first] = debounced === edited && check.data ? sortByPosition(check.data.errors) : []
    if (!first) return start.mutate(undefined)
    toast(t('start_wrong', { n: check.data!.errors.length, line: first.line }))
    editor.current?.goTo(first)
  }

  const serverProblems = start.error instanceof ApiError ? start.error.problems : []
  const remarks = useMemo(() => (check.data ? toRemarks(check.data, last.file) : []), [check.data, last.file])

  return (
    <>
      <div className="head">
        <h1>{title}</h1>
        <span className="mid">
          {t('code_of')} <Link to={paths.run(project, base.number)}>#{base.number}</Link>
        </span>
        <span className="grow" />
        <button type="button" className="btn solid" disabled={start.isPending} onClick={submitIfValid}>
          {t('start')}
        </button>
      </div>
      <div className="editor">
        <Suspense fallback={<Loading what={t('editor')} lines={14} />}>
          <YamlEditor
            ref={editor}
            label={last.file}
            key={draft.version}
            initialText={text}
            loadSchema={loadSchema}
            remarks={remarks}
            onChange={setText}
            onSubmit={submitIfValid}
          />
        </Suspense>
        <aside className="about" aria-label={t('check')}>
          {draft.isRestored && (
            <p className="mid small" role="status">
              {t('draft_kept')}{' '}
              <button type="button" className="btn bare small" onClick={draft.reset}>
                {t('draft_drop')}
              </button>
            </p>
          )}
          <h2>{t('check')}</h2>
          {start.error && serverProblems.length === 0 && <ErrorNotice error={start.error} />}
          {check.error && <ErrorNotice error={check.error} />}
          {check.data && <Problems check={check.data} onGo={(place) => editor.current?.goTo(place)} />}
          {check.data?.plan && <Plan check={check.data} />}
          {Object.keys(params).length > 0 && (
            <>
              <h2>{t('given_params')}</h2>
              <DefinitionList pairs={Object.entries(params)} />
            </>
          )}
          <p className="mid small">{t('create_note')}</p>
        </aside>
      </div>
    </>
  )
}

interface Draft {
  readonly text: string
  readonly setText: (text: string) => void
  /** Whether the text was typed on an earlier visit of the page and never submitted. */
  readonly isRestored: boolean
  /** Changes when the text is reset, so that the editor is created again. */
  readonly version: number
  /** Resets the text to the original document. */
  readonly reset: () => void
  /** Removes the stored draft. */
  readonly remove: () => void
}

/**
 * Keeps an edited text in the session storage, so that it survives leaving the page. It is removed when it is submitted
 * or the browser tab is closed.
 */
function useDraft(name: string, original: string): Draft {
  const key = `hagane.draft ${name}`
  const [stored] = useState(() => sessionStorage.getItem(key))
  const [text, setTextState] = useState(stored ?? original)
  const [version, setVersion] = useState(0)

  const setText = (next: string): void => {
    setTextState(next)
    if (next === original) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, next)
  }

  return {
    text,
    setText,
    isRestored: stored !== null && version === 0,
    version,
    reset: () => {
      setText(original)
      setVersion(version + 1)
    },
    remove: () => sessionStorage.removeItem(key),
  }
}

/** Sorts problems by line and column. */
function sortByPosition(problems: CheckView['errors']): CheckView['errors'] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
}

/** Debounces a value: returns the one that last stayed unchanged for `CHECK_AFTER_MS`. */
function useDebounced<T>(value: T): T {
  const [debounced, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), CHECK_AFTER_MS)
    return () => clearTimeout(timer)
  }, [value])
  return debounced
}

/** Turns the problems in one file into remarks of the editor. */
function toRemarks({ errors, warnings }: CheckView, file: string) {
  const toRemark = (severity: 'error' | 'warning', problems: CheckView['errors']) =>
    problems
      .filter((one) => one.file === file)
      .map(({ line, column, message, remedy }) => ({ line, column, severity, text: `${message}\n${remedy}` }))
  return [...toRemark('error', errors), ...toRemark('warning', warnings)]
}

function Problems({
  check: { errors, warnings },
  onGo,
}: {
  readonly check: CheckView
  readonly onGo: (place: { line: number; column: number }) => void
}): ReactElement {
  if (errors.length + warnings.length === 0)
    return (
      <p className="good" role="status">
        {t('nothing_wrong')}
      </p>
    )

  return (
    <ul className="problems" role="status">
      {[...sortByPosition(errors), ...sortByPosition(warnings)].map((one, i) => (
        <li key={`${one.code} ${one.line} ${one.column}`} className={i < errors.length ? 'bad' : ''}>
          <button type="button" className="btn bare" onClick={() => onGo(one)}>
            {t('line_n', { n: one.line })}
          </button>
          <div>
            <b className="strong">{one.message}</b>
            <div className="mid">{one.remedy}</div>
            <div className="dim small mono">{one.path}</div>
          </div>
        </li>
      ))}
    </ul>
  )
}

/**
 * The result of compiling the document: the number of runs, parameters and command of the first ones, and the resolved
 * plan.
 */
function Plan({ check: { plan, trials, first } }: { readonly check: CheckView }): ReactElement {
  return (
    <>
      <h2>{t('comes_to')}</h2>
      <p>{trials === null ? t('comes_to_endless') : t('comes_to_runs', { n: trials })}</p>
      <ol className="first">
        {first.map(({ params, command }, i) => (
          // The index is the only key that these runs have.
          <li key={i}>
            {command !== null && <pre className="code">{command}</pre>}
            <DefinitionList
              pairs={Object.entries(params).map(([name, value]) => [name, formatValue(value)] as const)}
            />
          </li>
        ))}
      </ol>
      {trials !== null && trials > first.length && (
        <p className="dim small">{t('and_more', { n: trials - first.length })}</p>
      )}
      <details>
        <summary>{t('resolved_plan')}</summary>
        <pre className="code">{JSON.stringify(plan, null, 2)}</pre>
      </details>
    </>
  )
}
