import type { RunView } from '../../../../../src/contract/run.ts'
import { useAction } from '../../../api/action.ts'
import { call } from '../../../api/client.ts'
import { useRunPage } from '../../../api/runs.ts'
import { withoutEmpty } from '../../../api/without-empty.ts'
import type { RunsState } from '../runs-state.ts'
import { MEMBERS_MAX, toggleMembers } from './group-members.ts'

interface GroupMembers {
  /**
   * The newest runs of the group, at most `MEMBERS_MAX`; undefined until the
   * group has been unfolded and they are loaded.
   */
  readonly members: readonly RunView[] | undefined
  readonly isAllSelected: boolean
  readonly isSelecting: boolean
  /** Reads the newest runs of the group and adds them to the selection, or removes them if all are selected. */
  readonly toggleAll: () => void
}

/** Reads the newest runs of a group while `isOpen` is true. Returns them, and a function that selects them. */
export function useGroupMembers({
  project,
  filter,
  state,
  figures,
  isOpen,
  onSelect,
}: {
  readonly project: string
  /** A filter that selects the runs of the group. */
  readonly filter: string
  readonly state: Pick<RunsState, 'isTrash' | 'selected'>
  readonly figures: readonly string[]
  readonly isOpen: boolean
  readonly onSelect: (selected: readonly number[]) => void
}): GroupMembers {
  const trash = state.isTrash || undefined
  const fields = figures.join(',') || 'number'
  const { data } = useRunPage({ project, filter, trash, fields, limit: MEMBERS_MAX }, { isEnabled: isOpen })

  const select = useAction(async () => {
    const { runs } = await call('listRuns', {
      query: withoutEmpty({ project, filter, limit: MEMBERS_MAX, fields: 'number', trash }),
    })
    onSelect(
      toggleMembers(
        state.selected,
        runs.map(({ number }) => number),
      ),
    )
  })

  const members = data?.runs

  return {
    members,
    isAllSelected:
      members !== undefined && members.length > 0 && members.every(({ number }) => state.selected.includes(number)),
    isSelecting: select.isPending,
    toggleAll: () => select.mutate(undefined),
  }
}
