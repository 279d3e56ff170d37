import { lazy, Suspense, useMemo, useRef } from 'react'
import type { ReactElement } from 'react'

import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useDocumentSchema } from '../../api/documents.ts'
import type { YamlEditorHandle } from '../../editor/yaml-editor.tsx'
import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/link.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { toast } from '../../ui/toasts.ts'
import { sortByPosition, toEditorMessages } from './check-problems.ts'
import { CheckResult } from './check-result.tsx'
import css from './document-editor.module.css'
import { useDocumentCheck } from './use-document-check.ts'
import { useDraft } from './use-draft.ts'
import { useSubmission } from './use-submission.ts'

const YamlEditor = lazy(async () => ({ default: (await import('../../editor/yaml-editor.tsx')).YamlEditor }))

interface DocumentEditorProps {
  /** Name of the draft in the session storage of the browser. */
  readonly draftName: string
  readonly project: string
  /** Run whose code and host are submitted with the document. It has a host. */
  readonly base: RunDetailView
  readonly document: DocumentView
  readonly title: string
}

/**
 * An editor for the last source of a document, with the result of checking the document beside it and a button that
 * submits it.
 */
export function DocumentEditor({
  draftName,
  project,
  base,
  document: { sources, params },
  title,
}: DocumentEditorProps): ReactElement {
  const last = sources.at(-1)!
  const draft = useDraft(draftName, last.text)
  const { text } = draft
  const edited = useMemo(() => [...sources.slice(0, -1), { file: last.file, text }], [sources, last.file, text])
  const { check, isCurrent } = useDocumentCheck(edited, params)
  const remarks = useMemo(() => (check.data ? toEditorMessages(check.data, last.file) : []), [check.data, last.file])
  const submission = useSubmission({ project, base, sources: edited, params, onSubmitted: draft.remove })
  const editor = useRef<YamlEditorHandle>(null)
  const loadSchema = useDocumentSchema()

  // Submits the document. If the check of the newest text has found errors, moves to the first error instead.
  const submitIfValid = (): void => {
    const errors = isCurrent && check.data ? check.data.errors : []
    const [first] = sortByPosition(errors)
    if (!first) return submission.mutate()
    toast(t('start_wrong', { n: errors.length, line: first.line }))
    editor.current?.goTo(first)
  }

  return (
    <>
      <PageHead title={title}>
        <span className="mid">
          {t('code_of')} <Link to={paths.run(project, base.number)}>#{base.number}</Link>
        </span>
        <span className="grow" />
        <button type="button" className="btn solid" disabled={submission.isPending} onClick={submitIfValid}>
          {t('start')}
        </button>
      </PageHead>
      <div className={css.columns}>
        <Suspense fallback={<Loading what={t('editor')} lines={14} />}>
          <YamlEditor
            ref={editor}
            label={last.file}
            key={draft.version}
            initialText={text}
            loadSchema={loadSchema}
            remarks={remarks}
            onChange={draft.setText}
            onSubmit={submitIfValid}
          />
        </Suspense>
        <CheckResult
          draft={draft}
          params={params}
          check={check}
          startError={submission.error}
          onGo={(place) => editor.current?.goTo(place)}
        />
      </div>
    </>
  )
}
