import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { Server } from 'node:http'

import { getRequestListener } from '@hono/node-server'

const HEADERS_TIMEOUT_MS = 10_000
const REQUEST_TIMEOUT_MS = 60_000
// Interval at which Node looks for requests past their timeout. With Node's default of 30 s, requests would exceed the
// timeout by up to 30 s.
const CHECK_EVERY_MS = 2_000

/**
 * Opens an HTTP listener that answers requests with `fetch`. Throws the system error where the address cannot be
 * opened.
 */
export async function listen(
  fetch: Parameters<typeof getRequestListener>[0],
  hostname: string,
  port: number,
): Promise<Server> {
  const timeouts = {
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  }

  const answer = getRequestListener(fetch, { hostname })
  const server = createServer(timeouts, (request, response) => void answer(request, response))
  server.maxConnections = connectionsMax()

  return await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, hostname, () => resolve(server))
  })
}

const DESCRIPTORS_KEPT = 300
const CONNECTIONS_MIN = 50

/**
 * Returns the maximum number of open connections: the process's limit of descriptors minus those kept for runs, logs
 * and the database. Returns Infinity if the limit cannot be read.
 */
function connectionsMax(): number {
  try {
    const [, limit] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return limit === undefined ? Infinity : Math.max(CONNECTIONS_MIN, Number(limit) - DESCRIPTORS_KEPT)
  } catch {
    // Systems other than Linux have no such file.
    return Infinity
  }
}

const CLOSE_GRACE_MS = 2_000

/** Closes a listener. Requests in progress may continue for `CLOSE_GRACE_MS`; then their connections are closed. */
export async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve())
    server.closeIdleConnections()
    setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS).unref()
  })
}
