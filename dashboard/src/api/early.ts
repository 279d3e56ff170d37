/**
 * An answer that is on its way before the page that asks for it is there. It is kept where both find it: what asks runs
 * before the page, in a file of its own.
 */
interface EarlyAnswer {
  readonly path: string
  readonly answer: Promise<Response>
}

declare global {
  var haganeEarly: EarlyAnswer | undefined
}

/** Asks for what a page will ask for first. */
export function askEarly(path: string): void {
  const answer = fetch(`/api/v1${path}`, { headers: { 'accept-language': document.documentElement.lang } })
  // Whoever takes it hears of a failure; one that nobody takes is nobody's.
  answer.catch(() => {})
  globalThis.haganeEarly = { path, answer }
}

/** The answer to a path, once. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const early = globalThis.haganeEarly
  if (early?.path !== path) return undefined
  globalThis.haganeEarly = undefined
  return early.answer
}
