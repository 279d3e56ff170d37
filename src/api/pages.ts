import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Context, Hono } from 'hono'

import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { guardHost, guardOrigin } from './frame/guard.ts'

/**
 * Content Security Policy of the dashboard: scripts and styles come from this server only, and requests go to this
 * server only.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}

/** `Cache-Control` of built files. Their names contain a hash of their content, so they never change. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/**
 * Paths that the dashboard has a page for. Any other path that a browser opens gets the same HTML with status 404; the
 * dashboard then shows that the page does not exist.
 */
const PAGE_PATH = /^\/(?:projects|settings|health|sign-in|p\/.+)?$/

/**
 * Serves the built dashboard from `folder`: its files by name, and its single HTML page for every path that a browser
 * opens. A request for `/` throws AppError `not_found` if the dashboard was not built.
 */
export function servePages(app: Hono, folder: string): void {
  app.get('/assets/:file', async (context, next) => {
    guardOrigin(context.req)
    const file = context.req.param('file')
    return (
      (/^[\w.-]+$/.test(file) &&
        !file.includes('..') &&
        (await send(context, join(folder, 'assets', file), IMMUTABLE))) ||
      (await next())
    )
  })

  app.get('/:file{[a-z-]+\\.(?:js|svg)}', async (context, next) => {
    guardOrigin(context.req)
    return (await send(context, join(folder, context.req.param('file')), 'no-cache')) || (await next())
  })

  app.get('*', async (context, next) => {
    const { path } = context.req
    if (!PAGE_PATH.test(path) && !context.req.header('accept')?.includes('text/html')) return await next()
    guardPage(context)
    const page = await send(context, join(folder, 'index.html'), 'no-cache', PAGE_PATH.test(path) ? 200 : 404)
    if (!page && path === '/') throw new AppError('not_found', { what: phrase('thing_dashboard') })
    return page || (await next())
  })
}

/**
 * Checks where a request for a page comes from. A link on another site may lead to a page, so for a navigation only the
 * Host is checked: loading a page changes nothing, and without the session cookie the page shows no data.
 */
function guardPage(context: Context): void {
  if (context.req.header('sec-fetch-mode') === 'navigate') guardHost(context.req)
  else guardOrigin(context.req)
}

/** Returns a file as a response with `caching` as its `Cache-Control`; undefined if the file cannot be read. */
async function send(
  context: Context,
  path: string,
  caching: string,
  status: 200 | 404 = 200,
): Promise<Response | undefined> {
  const bytes = await readFile(path).catch(() => undefined)
  if (!bytes) return undefined
  const type = TYPES[path.split('.').at(-1)!] ?? 'application/octet-stream'
  return context.body(bytes, status, {
    'content-type': type,
    'cache-control': caching,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'referrer-policy': 'no-referrer',
  })
}
