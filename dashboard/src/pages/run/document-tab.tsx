import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useDocument } from '../../api/documents.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/definition-list.tsx'
import { Empty } from '../../ui/empty.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Loading } from '../../ui/loading.tsx'
import { DocumentPanel } from './document-panel.tsx'
import { Sources } from './sources.tsx'

/** The tab of the document: the sources that a run was compiled from, and the parameters submitted beside them. */
export function DocumentTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const document = useDocument(String(run.number))
  if (document.error && !document.data)
    return <ErrorNotice error={document.error} onRetry={() => void document.refetch()} />
  if (!document.data) return <Loading what={t('tab_spec')} />

  const { sources, params } = document.data
  if (sources.length === 0) return <Empty title={t('no_document')} text={t('no_document_why')} />

  return (
    <DocumentPanel planDigest={run.planDigest}>
      <Sources sources={sources} />
      {Object.keys(params).length > 0 && (
        <section aria-label={t('parameters')}>
          <h2>{t('given_params')}</h2>
          <DefinitionList pairs={Object.entries(params)} />
        </section>
      )}
    </DocumentPanel>
  )
}
