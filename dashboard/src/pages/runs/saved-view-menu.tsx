import { useState } from 'react'
import type { ReactElement } from 'react'

import type { SavedViewView } from '../../../../src/contract/project.ts'
import { call } from '../../api/client.ts'
import { useAction, useViews } from '../../api/queries.ts'
import { t } from '../../texts/texts.ts'
import { IconButton, Menu } from '../../ui/controls.tsx'
import { toast } from '../../ui/toasts.ts'
import { addressOf, filterOf, readRunsState } from './runs-state.ts'
import type { RunsState } from './runs-state.ts'

/** Number of columns that the API stores with a saved view. The address of the view contains all of them. */
const COLUMNS_MAX = 100

interface ViewsProps {
  readonly project: string
  readonly state: RunsState
  readonly onOpen: (patch: Partial<RunsState>) => void
}

/** A menu of the project's saved views: filter, order and columns under a name. It also opens the trash. */
export function SavedViewMenu(props: ViewsProps): ReactElement {
  return (
    <Menu label={t('views')} icon="eye" side="left">
      <SavedViews {...props} />
    </Menu>
  )
}

function SavedViews({ project, state, onOpen }: ViewsProps): ReactElement {
  const { data = [] } = useViews(project)
  const [name, setName] = useState('')
  const path = (view: string): string => `/projects/${encodeURIComponent(project)}/views/${encodeURIComponent(view)}`

  const save = useAction(
    (view: string) =>
      call(path(view), {
        method: 'PUT',
        body: {
          filter: filterOf(state),
          sort: state.sort.map(({ field, isDescending }) => `${isDescending ? '-' : ''}${field}`).join(','),
          columns: (state.columns ?? []).slice(0, COLUMNS_MAX),
          address: addressOf({ ...state, selected: [] }),
        },
      }),
    (_result, view) => {
      toast(t('view_saved', { name: view }))
      setName('')
    },
  )

  const remove = useAction((view: string) => call(path(view), { method: 'DELETE' }))

  return (
    <>
      {data.map((view) => (
        <div key={view.name} className="name">
          <button type="button" className="grow" data-closes="" onClick={() => onOpen(stateOf(view))}>
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
      <form
        className="name saver"
        onSubmit={(event) => {
          event.preventDefault()
          save.mutate(name.trim())
        }}
      >
        <input
          className="field grow"
          aria-label={t('view_name')}
          placeholder={t('view_name')}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="btn" disabled={name.trim() === ''}>
          {t('save')}
        </button>
      </form>
    </>
  )
}

/**
 * Returns the state that a saved view opens. A view saved by the dashboard has an address with the whole state; a view
 * saved by another tool has a filter, an order and columns only.
 */
function stateOf({ filter, sort, columns, address }: SavedViewView): RunsState {
  if (address !== '') return readRunsState(new URLSearchParams(address))
  return { ...readRunsState(new URLSearchParams({ sort })), filter, columns: columns.length > 0 ? columns : undefined }
}
