import { useState } from 'react'
import type { ReactElement } from 'react'

import { useNames, useVaryingParams } from '../../../api/charts.ts'
import { t } from '../../../texts/texts.ts'
import { CheckboxRow } from '../../../ui/checkbox-row.tsx'
import { Menu } from '../../../ui/menu.tsx'
import { columnFor, fieldTitle } from '../columns.ts'
import { Picker } from '../picker.tsx'
import { GROUP_FIELDS_MAX } from '../runs-state.ts'

const SHOWN_MAX = 60
const COLUMN_FIELDS = ['sweep', 'phase', 'branch', 'commit'] as const

interface GroupMenuProps {
  readonly project: string
  /** A filter that selects the runs to group. */
  readonly filter: string
  readonly isTrash: boolean
  readonly group: readonly string[]
  readonly onChange: (group: readonly string[]) => void
}

/**
 * A menu that chooses the fields by which runs are grouped: single fields, or all
 * differing parameters except one, such as the seed.
 */
export function GroupMenu(props: GroupMenuProps): ReactElement {
  return (
    <Menu
      icon="group"
      label={
        <>
          {t('group')} {props.group.length > 0 && <span className="mid">{props.group.map(fieldTitle).join(', ')}</span>}
        </>
      }
    >
      <GroupPicker {...props} />
    </Menu>
  )
}

function GroupPicker({ project, filter, isTrash, group, onChange }: GroupMenuProps): ReactElement {
  const { data } = useNames(project)
  const [search, setSearch] = useState('')
  const params = (data?.params ?? []).map(({ name }) => name).filter((name) => contains(name, search))
  const fields = [...params.slice(0, SHOWN_MAX).map((name) => columnFor('param', name)), ...COLUMN_FIELDS]
  const toggle = (field: string): void =>
    onChange(group.includes(field) ? group.filter((one) => one !== field) : [...group, field])

  return (
    <Picker>
      <input
        className="field"
        aria-label={t('find_param')}
        placeholder={t('find_param')}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      <ul>
        {fields.map((field) => (
          <CheckboxRow
            key={field}
            name={fieldTitle(field)}
            isOn={group.includes(field)}
            onToggle={() => toggle(field)}
          />
        ))}
      </ul>
      <AllButOne project={project} filter={filter} isTrash={isTrash} search={search} onChange={onChange} />
      {group.length > 0 && (
        <button type="button" data-closes="" onClick={() => onChange([])}>
          {t('no_groups')}
        </button>
      )}
    </Picker>
  )
}

/**
 * Buttons that group by all differing parameters except one. Other parameters are left out, because
 * they have the same value in every run that matches the filter. Null if fewer than two parameters
 * differ; a text if more differ than runs can be grouped by.
 */
function AllButOne({
  project,
  filter,
  isTrash,
  search,
  onChange,
}: Omit<GroupMenuProps, 'group'> & { readonly search: string }): ReactElement | null {
  const varied = useVaryingParams({ project, filter, trash: isTrash || undefined })
  const differing = (varied.data?.params ?? []).map(({ name }) => name)

  if (differing.length > GROUP_FIELDS_MAX + 1)
    return <p className="dim small">{t('all_but_wide', { n: differing.length, max: GROUP_FIELDS_MAX })}</p>
  if (differing.length <= 1) return null

  return (
    <ul>
      {differing
        .filter((name) => contains(name, search))
        .map((name) => (
          <li key={name}>
            <button
              type="button"
              data-closes=""
              onClick={() => onChange(differing.filter((one) => one !== name).map((one) => columnFor('param', one)))}
            >
              {t('all_but', { name })}
            </button>
          </li>
        ))}
    </ul>
  )
}

/** Whether a text contains `part`, ignoring case. */
function contains(text: string, part: string): boolean {
  return text.toLowerCase().includes(part.toLowerCase())
}
