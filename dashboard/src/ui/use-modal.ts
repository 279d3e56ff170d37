import { useEffect, useRef } from 'react'
import type { RefObject } from 'react'

/** Returns a reference for a dialog, which opens above the page as soon as it is rendered. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return dialog
}
