/** What any part of a page may call for. */
export const OPEN = 'hagane-palette'
export const HELP = 'hagane-help'

export function openPalette(): void {
  dispatchEvent(new Event(OPEN))
}

/** Whether the keys are somebody's text: then no shortcut acts. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  return event.isComposing || target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
