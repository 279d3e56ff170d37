import type { ReactElement, ReactNode } from 'react'

import type { RunDetailView } from '../../../../src/contract/run.ts'
import { formatDate } from '../../format.ts'
import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { DefinitionList } from '../../ui/definition-list.tsx'
import { Link } from '../../ui/link.tsx'
import { FactsBox } from './facts-box.tsx'

/** The parameters of a run, its origin and its command. */
export function RunFacts({ run }: { readonly run: RunDetailView }): ReactElement {
  const params = Object.entries(run.params)

  return (
    <FactsBox element="aside">
      <h2>
        {t('parameters')}
        <CopyButton text={JSON.stringify(run.params, null, 2)} />
      </h2>
      {params.length === 0 ? (
        <p className="dim small">{t('none')}</p>
      ) : (
        <DefinitionList pairs={params.map(([name, value]) => [name, formatParam(value)] as const)} />
      )}
      <h2>{t('origin')}</h2>
      <DefinitionList pairs={originPairs(run)} />
      {run.command !== null && (
        <>
          <h2>
            {t('command')}
            <CopyButton text={run.command} />
          </h2>
          <pre className="code">{run.command}</pre>
        </>
      )}
    </FactsBox>
  )
}

function formatParam(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/**
 * Returns the origin of a run as names and values: its time of creation, its kind, the run that it was made from, its
 * commit and branch, and the version of its Python. Values that do not exist are left out.
 */
function originPairs(run: RunDetailView): (readonly [string, ReactNode])[] {
  const { origin, commit, branch, ranOn, project, number } = run

  return [
    [t('created'), formatDate(run.createdAt)],
    [t('kind'), run.kind],
    ...(origin?.run
      ? [
          [
            t(`origin_${origin.kind}`),
            <Link key="origin" to={paths.run(project, origin.run)}>{`#${origin.run}`}</Link>,
          ] as const,
        ]
      : []),
    ...(commit === null
      ? []
      : [
          [
            t('commit'),
            <Link key="commit" to={paths.run(project, number, 'code')}>{`${commit.slice(0, 8)} ${branch ?? ''}`}</Link>,
          ] as const,
        ]),
    ...(ranOn?.python ? [['Python', ranOn.python.version] as const] : []),
  ]
}
