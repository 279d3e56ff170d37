/**
 * A request of the page that is sent before the code of the page is loaded. It is held in a global variable, because
 * the script that sends it (`first-paint.ts`) and the page are separate bundles.
 */
interface PrefetchedAnswer {
  readonly path: string
  readonly answer: Promise<Response>
}

declare global {
  var haganeEarly: PrefetchedAnswer | undefined
}

/** Sends the request that the page will need first, and holds the answer for `takePrefetched`. */
export function startPrefetch(path: string): void {
  const answer = fetch(path, { headers: { 'accept-language': document.documentElement.lang } })
  // Prevents an unhandled rejection. A caller of `takePrefetched` still receives the failure.
  answer.catch(() => {})
  globalThis.haganeEarly = { path, answer }
}

/** Returns the early answer for a path and removes it; undefined where there is none. */
export function takePrefetched(path: string): Promise<Response> | undefined {
  const early = globalThis.haganeEarly
  if (early?.path !== path) return undefined
  globalThis.haganeEarly = undefined
  return early.answer
}
