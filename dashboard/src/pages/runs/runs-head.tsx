import type { ReactElement } from 'react'

import { paths } from '../../paths.ts'
import { t } from '../../texts/texts.ts'
import { Icon } from '../../ui/icons.tsx'
import { Link } from '../../ui/link.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { ColumnPicker } from './column-picker/column-picker.tsx'
import { GroupMenu } from './groups/group-menu.tsx'
import { SavedViewMenu } from './saved-view-menu.tsx'
import type { RunsPage } from './use-runs-page.ts'

/** The title of the page of runs with its menus, and a link to the page that starts a run. */
export function RunsHead({ page }: { readonly page: RunsPage }): ReactElement {
  const { project, state, change, list, columns } = page

  return (
    <PageHead title={t(state.isTrash ? 'trash' : 'runs')}>
      {state.isTrash && (
        <Link className="btn bare" to={paths.runs(project)}>
          {t('back_to_runs')}
        </Link>
      )}
      <SavedViewMenu project={project} state={state} onOpen={change} />
      <span className="grow" />
      <GroupMenu
        project={project}
        filter={list.filter}
        isTrash={state.isTrash}
        group={state.group}
        onChange={(group) => change({ group, zoom: undefined })}
      />
      <ColumnPicker project={project} columns={columns} pinned={state.pinned} onChange={change} />
      <Link className="btn solid" to={paths.create(project)}>
        <Icon name="plus" />
        {t('new_run')}
      </Link>
    </PageHead>
  )
}
