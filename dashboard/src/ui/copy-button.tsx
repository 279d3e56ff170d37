import type { ReactElement } from 'react'

import { t } from '../texts/texts.ts'
import { IconButton } from './icon-button.tsx'
import { toast } from './toasts.ts'

/** A button that copies a text to the clipboard. */
export function CopyButton({ text }: { readonly text: string }): ReactElement {
  return (
    <IconButton
      name="copy"
      label={t('copy')}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => toast(t('copied')))
      }}
    />
  )
}
