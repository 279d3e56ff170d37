import { useState } from 'react'
import type { ReactElement } from 'react'

import type { ProjectView } from '../../../../src/contract/project.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useProjects } from '../../api/projects.ts'
import { formatAge } from '../../format.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import { Link } from '../../ui/link.tsx'
import { Loading } from '../../ui/loading.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { useTitle } from '../../ui/use-title.ts'

/** The page of all projects, with a form that creates one. */
export function Projects(): ReactElement {
  useTitle(t('projects'))
  const projects = useProjects()

  const create = useAction(
    (wanted: string) => call('createProject', { body: { name: wanted } }),
    (project) => navigate(paths.runs(project.name)),
  )

  if (projects.error && !projects.data)
    return <ErrorNotice error={projects.error} onRetry={() => void projects.refetch()} />
  if (!projects.data) return <Loading what={t('projects')} />

  return (
    <>
      <PageHead title={t('projects')}>
        <span className="grow" />
        <ProjectForm isBusy={create.isPending} isInvalid={create.isError} onCreate={create.mutate} />
      </PageHead>
      {create.error && <ErrorNotice error={create.error} />}
      <div className="panel grow">
        <ProjectTable projects={projects.data} />
      </div>
    </>
  )
}

function ProjectForm({
  isBusy,
  isInvalid,
  onCreate,
}: {
  readonly isBusy: boolean
  readonly isInvalid: boolean
  readonly onCreate: (name: string) => void
}): ReactElement {
  const [name, setName] = useState('')

  return (
    <form
      className="name"
      onSubmit={(event) => {
        event.preventDefault()
        onCreate(name.trim())
      }}
    >
      <label className="sr" htmlFor="project-name">
        {t('project_name')}
      </label>
      <input
        id="project-name"
        className="field"
        placeholder={t('project_name')}
        value={name}
        aria-invalid={isInvalid}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="btn" disabled={name.trim() === '' || isBusy}>
        {t('create_project')}
      </button>
    </form>
  )
}

function ProjectTable({ projects }: { readonly projects: readonly ProjectView[] }): ReactElement {
  const now = useNow()

  return (
    <table className="tbl">
      <thead>
        <tr>
          <th>{t('name')}</th>
          <th>{t('description')}</th>
          <th className="num">{t('runs')}</th>
          <th className="num">{t('created')}</th>
        </tr>
      </thead>
      <tbody>
        {projects.map((project) => (
          <tr key={project.id}>
            <td>
              <Link to={paths.runs(project.name)}>{project.name}</Link>
            </td>
            <td className="mid">{project.description}</td>
            <td className="num">{project.runs.toLocaleString('en-US')}</td>
            <td className="num dim">{Date.parse(project.createdAt) === 0 ? '' : formatAge(project.createdAt, now)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
