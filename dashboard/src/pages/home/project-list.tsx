import type { ReactElement } from 'react'

import { useCounts } from '../../api/charts.ts'
import { useProjects } from '../../api/projects.ts'
import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/link.tsx'
import { PhaseIcon } from '../../ui/phase.tsx'
import { Block } from './block.tsx'
import { Line } from './line.tsx'
import css from './project-list.module.css'
import { SHOWN_MAX } from './use-home.ts'

const COUNTED_PHASES = ['running', 'queued', 'failed'] as const

/** The first 12 projects, each with how many of its runs are running, queued and failed. */
export function ProjectList(): ReactElement {
  const { data = [] } = useProjects()

  return (
    <Block title={t('projects')} link={<Link to={paths.projects()}>{t('all_n', { n: data.length })}</Link>}>
      {data.slice(0, SHOWN_MAX).map(({ name }) => (
        <ProjectLine key={name} name={name} />
      ))}
    </Block>
  )
}

function ProjectLine({ name }: { readonly name: string }): ReactElement {
  const { data } = useCounts({ project: name })

  return (
    <Line kind="project">
      <Link className="clip" to={paths.runs(name)}>
        {name}
      </Link>
      {COUNTED_PHASES.map((phase) => {
        const count = data?.phases[phase] ?? 0
        return (
          <span key={phase} className={count === 0 ? `ph ${css.none}` : 'ph'}>
            <PhaseIcon phase={phase} part={0.7} />
            {count.toLocaleString('en-US')}
          </span>
        )
      })}
    </Line>
  )
}
