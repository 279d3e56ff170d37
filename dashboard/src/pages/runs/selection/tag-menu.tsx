import { useState } from 'react'
import type { ReactElement } from 'react'

import { t } from '../../../texts/texts.ts'
import { Menu } from '../../../ui/menu.tsx'
import { MenuForm } from '../menu-form.tsx'

/** A menu with a field for a tag. The field keeps its text while the menu is closed. */
export function TagMenu({ onTag }: { readonly onTag: (tag: string) => void }): ReactElement {
  const [tag, setTag] = useState('')

  return (
    <Menu label={t('tag')} icon="tag" opens="up">
      <MenuForm
        label={t('tag')}
        verb={t('add')}
        value={tag}
        onChange={setTag}
        onSubmit={(added) => {
          onTag(added)
          setTag('')
        }}
      />
    </Menu>
  )
}
