/** What any part of a page may call for. */
export const OPEN = 'hagane-palette'
export const HELP = 'hagane-help'

export function openPalette(): void {
  dispatchEvent(new Event(OPEN))
}

/** Fields that take no text. */
const TEXTLESS = ['checkbox', 'radio', 'range', 'button', 'submit', 'color', 'file']

/** Whether the keys are somebody's text: then no shortcut acts. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement
  if (event.isComposing || target.isContentEditable) return true
  return target instanceof HTMLInputElement
    ? !TEXTLESS.includes(target.type)
    : ['TEXTAREA', 'SELECT'].includes(target.tagName)
}
