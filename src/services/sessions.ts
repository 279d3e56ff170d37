import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import type { Clock } from '../core/ports.ts'

/** How a browser proves who sits before it. */
export interface Sessions {
  /** Name of the cookie: cookies are shared by all ports of a host, so each installation has its own. */
  readonly cookieName: string
  /** A word that opens one session, once and soon. */
  createCode(): string
  /** The value of a new session's cookie; undefined for a code that is wrong, used or old. */
  openWithCode(code: string): string | undefined
  /** The same for the person's token, typed in by hand. */
  openWithToken(token: string): string | undefined
  isOpen(cookie: string): boolean
}

const CODE_LIFE_MS = 900_000
const CODES_MAX = 100
/** A session ends after this time, and when the person's token changes. */
export const SESSION_LIFE_MS = 30 * 86_400_000

/** Sessions are signed rather than kept: a restart of the server ends none. */
export function createSessions({
  secret,
  personToken,
  clock,
}: {
  secret: string
  personToken: string
  clock: Clock
}): Sessions {
  const codes = new Map<string, number>()
  const sign = (text: string): string =>
    createHmac('sha256', `${secret}.${personToken}`).update(`session.${text}`).digest('base64url')
  const open = (): string => {
    const body = `${clock.now() + SESSION_LIFE_MS}.${randomBytes(16).toString('base64url')}`
    return `${body}.${sign(body)}`
  }
  return {
    cookieName: `hagane-${createHmac('sha256', secret).update('cookie').digest('hex').slice(0, 8)}`,
    createCode: () => {
      for (const [code, until] of codes) if (until < clock.now() || codes.size >= CODES_MAX) codes.delete(code)
      const code = randomBytes(32).toString('base64url')
      codes.set(code, clock.now() + CODE_LIFE_MS)
      return code
    },
    openWithCode: (code) => {
      const until = codes.get(code)
      codes.delete(code)
      return until !== undefined && until >= clock.now() ? open() : undefined
    },
    openWithToken: (token) => (isSame(token, personToken) ? open() : undefined),
    isOpen: (cookie) => {
      const [until, chance, signature, ...rest] = cookie.split('.')
      if (!until || !chance || !signature || rest.length > 0) return false
      return isSame(signature, sign(`${until}.${chance}`)) && Number(until) > clock.now()
    },
  }
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
