import { useState } from 'react'
import type { ReactElement } from 'react'

import type { EnvironmentView } from '../../../../src/contract/routes/environments.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import { useEnvironment } from '../../api/code.ts'
import { t } from '../../texts/texts.ts'
import { DefinitionList } from '../../ui/definition-list.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import css from './environment-tab.module.css'
import { FactsBox } from './facts-box.tsx'

/** The tab of the environment: the Python interpreter of a run, and the packages of its virtual environment. */
export function EnvironmentTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const environment = useEnvironment(run.environment)

  return (
    <div className="panel grow">
      <FactsBox width="text">
        <DefinitionList
          pairs={[
            ['Python', run.ranOn?.python ? `${run.ranOn.python.version} (${run.ranOn.python.executable})` : t('none')],
            [t('environment'), run.environment?.slice(0, 12) ?? t('environment_own')],
            ...(run.ranOn?.imageAsked ? [[t('image_asked'), run.ranOn.imageAsked] as const] : []),
          ]}
        />
        {environment.data && <Packages packages={environment.data.packages} />}
        {environment.error && <ErrorNotice error={environment.error} />}
      </FactsBox>
    </div>
  )
}

/** The packages of an environment, and a field that searches them. */
function Packages({ packages }: Pick<EnvironmentView, 'packages'>): ReactElement {
  const [search, setSearch] = useState('')
  const found = packages.filter((name) => name.toLowerCase().includes(search.toLowerCase()))

  return (
    <>
      <h2>
        {t('packages')} <span className="dim small">{packages.length}</span>
      </h2>
      <input
        className="field"
        aria-label={t('find_package')}
        placeholder={t('find_package')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul className={`mono ${css.packages}`}>
        {found.map((name) => (
          <li key={name}>{name}</li>
        ))}
      </ul>
    </>
  )
}
