import type { ReactElement } from 'react'

import type { CheckView } from '../../../../src/contract/routes/submissions.ts'
import { formatValue } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/definition-list.tsx'
import css from './plan.module.css'

/**
 * The result of compiling a document: the number of runs, the parameters and the command of the first runs, and the
 * plan.
 */
export function Plan({ check: { plan, trials, first } }: { readonly check: CheckView }): ReactElement {
  return (
    <>
      <h2>{t('comes_to')}</h2>
      <p>{trials === null ? t('comes_to_endless') : t('comes_to_runs', { n: trials })}</p>
      <ol className={css.runs}>
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
