import type { ReactElement } from 'react'

import type { TrialsView } from '../../../../src/contract/charts.ts'
import type { SweepView } from '../../../../src/contract/sweep.ts'
import { useDocument } from '../../api/documents.ts'
import { formatDate } from '../../format.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/definition-list.tsx'
import { DocumentPanel } from '../run/document-panel.tsx'
import { FactsBox } from '../run/facts-box.tsx'
import { Sources } from '../run/sources.tsx'
import { axisText, methodText, metricText } from './sweep-texts.ts'

/** The settings of a sweep: its method and metric, its search space, and the document that it was created from. */
export function SweepSettings({ sweep, view }: { readonly sweep: SweepView; readonly view: TrialsView }): ReactElement {
  const document = useDocument(view.number[0] === undefined ? undefined : String(view.number[0]))

  return (
    <DocumentPanel planDigest={sweep.planDigest}>
      <FactsBox width="text" isFlush>
        <DefinitionList
          pairs={[
            [t('method'), methodText(sweep)],
            [t('metric'), metricText(view)],
            [t('concurrency'), String(sweep.concurrency)],
            [t('trials'), sweep.trials === null ? '∞' : String(sweep.trials)],
            [t('seed'), String(sweep.seed)],
            [t('created'), formatDate(sweep.createdAt)],
            ...(sweep.note === null ? [] : [[t('note'), sweep.note] as const]),
          ]}
        />
        <h2>{t('space')}</h2>
        <DefinitionList pairs={view.axes.map((axis) => [axis.name, axisText(axis)])} />
      </FactsBox>
      {document.data && <Sources sources={document.data.sources} />}
    </DocumentPanel>
  )
}
