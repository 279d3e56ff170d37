import type { ReactElement } from 'react'

import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import { useDocument } from '../../api/documents.ts'
import { useLatestRun, useRun } from '../../api/runs.ts'
import { usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { useTitle } from '../../ui/use-title.ts'
import { DocumentEditor } from './document-editor.tsx'
import { toOwnDocument } from './own-document.ts'

/** Initial text of a new document. */
const TEMPLATE = 'version: 1\nkind: experiment\nrun:\n  cmd: python train.py\n'
const NEW_DOCUMENT: DocumentView = { sources: [{ file: 'hagane.yml', text: TEMPLATE }], params: {}, changes: null }

/**
 * The page that edits a document and submits it with the code and the host of an earlier run. `from` in the address
 * names this run, and its document is edited; otherwise it is the latest run of the project, with a new document.
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

  // Keeps the editor with its text if loading the run a second time fails.
  if (problem && !(run.data && document.data)) return <ErrorNotice error={problem} />
  if (!run.data || !document.data) return <Loading what={t('tab_spec')} />
  if (document.data.sources.length === 0 || run.data.host === null)
    return <Empty title={t('no_document')} text={t('no_document_why')} />

  return (
    <DocumentEditor
      draftName={`${project} ${run.data.number}`}
      project={project}
      base={run.data}
      document={toOwnDocument(run.data, document.data)}
      title={t('edit_and_run')}
    />
  )
}

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
    <DocumentEditor
      draftName={project}
      project={project}
      base={latest.data}
      document={NEW_DOCUMENT}
      title={t('new_run')}
    />
  )
}
