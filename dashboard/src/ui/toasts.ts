import { useSyncExternalStore } from 'react'

interface ToastEntry {
  readonly id: number
  readonly text: string
  readonly undo: (() => void) | undefined
}

const TOAST_MS = 8_000
let toasts: readonly ToastEntry[] = []
let toastCount = 0
const toastListeners = new Set<() => void>()

function setToasts(next: readonly ToastEntry[]): void {
  toasts = next
  for (const listener of toastListeners) listener()
}

/** Shows a short message for eight seconds. If `undo` is given, the message has a button that calls it. */
export function toast(text: string, undo?: () => void): void {
  const id = (toastCount += 1)
  setToasts([...toasts, { id, text, undo }])
  setTimeout(() => setToasts(toasts.filter((entry) => entry.id !== id)), TOAST_MS)
}

export function dismissToast(id: number): void {
  setToasts(toasts.filter((entry) => entry.id !== id))
}

/** Returns the messages that are shown, and renders the component again when they change. */
export function useToasts(): readonly ToastEntry[] {
  return useSyncExternalStore(
    (listener) => {
      toastListeners.add(listener)
      return () => toastListeners.delete(listener)
    },
    () => toasts,
  )
}
