import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** Returns a reference for a `dialog` element. The dialog opens as a modal when it is first rendered. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return dialog
}
