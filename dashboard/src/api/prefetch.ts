/**
 * The path and the pending answer of a request that `first-paint.ts` sends before the code of the page is loaded. A
 * global variable holds them, because `first-paint.ts` and the page are separate bundles.
 */
interface PrefetchedAnswer {
  readonly path: string
  readonly answer: Promise<Response>
}

declare global {
  var haganeEarly: PrefetchedAnswer | undefined
}

/** Sends a GET request before the code of the page needs its answer. `takePrefetched` returns the answer. */
export function startPrefetch(path: string): void {
  const answer = fetch(path, { headers: { 'accept-language': document.documentElement.lang } })
  // Prevents an unhandled rejection. A caller of `takePrefetched` still receives the failure.
  answer.catch(() => {})
  globalThis.haganeEarly = { path, answer }
}

/**
 * Returns the answer of the request that `startPrefetch` sent for this path, once. Undefined if no request was sent for
 * this path or its answer has been taken.
 */
export function takePrefetched(path: string): Promise<Response> | undefined {
  const early = globalThis.haganeEarly
  if (early?.path !== path) return undefined
  globalThis.haganeEarly = undefined
  return early.answer
}
