import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement } from 'react'

import type { DocumentView } from '../../../../src/contract/routes/runs.ts'
import type { CheckView } from '../../../../src/contract/routes/submissions.ts'
import { ApiError } from '../../api/client.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/definition-list.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import css from './check-result.module.css'
import { Plan } from './plan.tsx'
import { ProblemList } from './problem-list.tsx'
import type { Draft } from './use-draft.ts'

interface CheckResultProps {
  readonly draft: Draft
  /** Parameters that are submitted beside the document. */
  readonly params: DocumentView['params']
  readonly check: UseQueryResult<CheckView>
  readonly startError: Error | null
  /** Moves the cursor of the editor to a line and column. */
  readonly onGo: (place: { readonly line: number; readonly column: number }) => void
}

/**
 * The column beside the editor: the problems of the document, the runs that it describes, and the given parameters.
 * `startError` is the error of the last submission.
 */
export function CheckResult({ draft, params, check, startError, onGo }: CheckResultProps): ReactElement {
  // The result of the check lists the same problems already.
  const listsError = startError instanceof ApiError && startError.problems.length > 0

  return (
    <aside className={css.result} aria-label={t('check')}>
      {draft.isRestored && <RestoredNote onReset={draft.reset} />}
      <h2>{t('check')}</h2>
      {startError && !listsError && <ErrorNotice error={startError} />}
      {check.error && <ErrorNotice error={check.error} />}
      {check.data && <ProblemList check={check.data} onGo={onGo} />}
      {check.data?.plan && <Plan check={check.data} />}
      {Object.keys(params).length > 0 && (
        <>
          <h2>{t('given_params')}</h2>
          <DefinitionList pairs={Object.entries(params)} />
        </>
      )}
      <p className="mid small">{t('create_note')}</p>
    </aside>
  )
}

/** A note that the text is from an earlier visit of the page, with a button that restores the original text. */
function RestoredNote({ onReset }: { readonly onReset: () => void }): ReactElement {
  return (
    <p className="mid small" role="status">
      {t('draft_kept')}{' '}
      <button type="button" className="btn bare small" onClick={onReset}>
        {t('draft_drop')}
      </button>
    </p>
  )
}
