import { createHmac, randomBytes } from 'node:crypto'

import type { Clock } from '../../core/ports/clock.ts'
import { isSameSecret } from './is-same-secret.ts'

/** Sessions of browsers. A browser proves by a signed cookie that its user has signed in. */
export interface Sessions {
  /** Name of the cookie. All ports of a host share their cookies, so the name differs between installations. */
  readonly cookieName: string
  /** Creates a one-time code that can be exchanged for a session for `CODE_LIFE_MS`. */
  createCode(): string
  /** Opens a session and returns the value of its cookie; undefined for a code that is wrong, used or expired. */
  openWithCode(code: string): string | undefined
  /** Opens a session with the person's token and returns the value of its cookie; undefined for a wrong token. */
  openWithToken(token: string): string | undefined
  /** Whether `cookie` is the cookie value of a session that has not expired. */
  isOpen(cookie: string): boolean
}

const CODE_LIFE_MS = 900_000
const CODES_MAX = 100
/** Duration of a session. Sessions also end when the person's token is changed. */
export const SESSION_LIFE_MS = 30 * 86_400_000

/**
 * Creates the sessions of a server. A cookie contains its expiry and a signature, so sessions are not stored and
 * survive a restart of the server. One-time codes do not survive a restart.
 */
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
    openWithToken: (token) => (isSameSecret(token, personToken) ? open() : undefined),
    isOpen: (cookie) => {
      const [until, chance, signature, ...rest] = cookie.split('.')
      if (!until || !chance || !signature || rest.length > 0) return false
      return isSameSecret(signature, sign(`${until}.${chance}`)) && Number(until) > clock.now()
    },
  }
}
