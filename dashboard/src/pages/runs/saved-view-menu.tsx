import { useState } from 'react'
import type { ReactElement } from 'react'

import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { useViews } from '../../api/projects.ts'
import { t } from '../../texts/texts.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { toast } from '../../ui/toasts.ts'
import { MenuForm } from './menu-form.tsx'
import { readRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'
import { stateOfView, toViewBody } from './saved-views.ts'

interface SavedViewMenuProps {
  readonly project: string
  readonly state: RunsState
  readonly onOpen: (patch: Partial<RunsState>) => void
}

/** A menu of the project's saved views, each a named state of the run list. An entry of the menu opens the trash. */
export function SavedViewMenu(props: SavedViewMenuProps): ReactElement {
  return (
    <Menu label={t('views')} icon="eye" side="left">
      <SavedViews {...props} />
    </Menu>
  )
}

function SavedViews({ project, state, onOpen }: SavedViewMenuProps): ReactElement {
  const { data = [] } = useViews(project)
  const remove = useAction((view: string) => call('deleteView', { params: { project, name: view } }))

  return (
    <>
      {data.map((view) => (
        <div key={view.name} className="name">
          <button type="button" className="grow" data-closes="" onClick={() => onOpen(stateOfView(view))}>
            <span className="clip">{view.name}</span>
          </button>
          <IconButton
            name="cross"
            label={t('remove_view', { name: view.name })}
            onClick={() => remove.mutate(view.name)}
          />
        </div>
      ))}
      <button
        type="button"
        data-closes=""
        onClick={() => onOpen({ ...readRunsState(new URLSearchParams()), isTrash: true })}
      >
        <span className="mid">{t('trash')}</span>
      </button>
      <ViewForm project={project} state={state} />
    </>
  )
}

/** A form that saves the state of the page under a name. */
function ViewForm({ project, state }: Pick<SavedViewMenuProps, 'project' | 'state'>): ReactElement {
  const [name, setName] = useState('')

  const save = useAction(
    (view: string) => call('putView', { params: { project, name: view }, body: toViewBody(state) }),
    (_result, view) => {
      toast(t('view_saved', { name: view }))
      setName('')
    },
  )

  return <MenuForm label={t('view_name')} verb={t('save')} value={name} onChange={setName} onSubmit={save.mutate} />
}
