import { useState } from 'react'
import type { ReactElement } from 'react'

import type { ProjectView } from '../../../../src/contract/project.ts'
import { call } from '../../api/client.ts'
import { useAction, useProjects } from '../../api/queries.ts'
import { formatAge } from '../../format.ts'
import { paths } from '../../paths.ts'
import { navigate } from '../../state/location.ts'
import { useNow } from '../../state/now.ts'
import { t } from '../../texts/texts.ts'
import { Link } from '../../ui/controls.tsx'
import { useTitle } from '../../ui/page.tsx'
import { ErrorNotice, Loading } from '../../ui/states.tsx'

/** The page of all projects, with a form that creates one. */
export function Projects(): ReactElement {
  useTitle(t('projects'))
  const now = useNow()
  const projects = useProjects()
  const [name, setName] = useState('')

  const create = useAction(
    (wanted: string) => call<ProjectView>('/projects', { method: 'POST', body: { name: wanted } }),
    (project) => navigate(paths.runs(project.name)),
  )

  if (projects.error && !projects.data)
    return <ErrorNotice error={projects.error} onRetry={() => void projects.refetch()} />
  if (!projects.data) return <Loading what={t('projects')} />

  return (
    <>
      <div className="head">
        <h1>{t('projects')}</h1>
        <span className="grow" />
        <form
          className="name"
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate(name.trim())
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
            aria-invalid={create.isError}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="btn" disabled={name.trim() === '' || create.isPending}>
            {t('create_project')}
          </button>
        </form>
      </div>
      {create.error && <ErrorNotice error={create.error} />}
      <div className="panel grow">
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
            {projects.data.map((project) => (
              <tr key={project.id}>
                <td>
                  <Link to={paths.runs(project.name)}>{project.name}</Link>
                </td>
                <td className="mid">{project.description}</td>
                <td className="num">{project.runs.toLocaleString('en-US')}</td>
                <td className="num dim">
                  {Date.parse(project.createdAt) === 0 ? '' : formatAge(project.createdAt, now)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
