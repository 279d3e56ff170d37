import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import { LIMITS } from '../contract/limits.ts'
import type { Clock, Store } from '../core/ports.ts'

/** Who a request comes from. */
export type Caller =
  | { readonly kind: 'person' }
  | { readonly kind: 'attempt'; readonly runId: string; readonly n: number }

export interface Tokens {
  /** The token of one attempt. Made from the installation's secret, so that it need not be kept anywhere. */
  attemptToken(runId: string, n: number): string
  /** The caller behind a token; undefined for one that is wrong, or whose attempt has been over for a while. */
  identify(token: string): Promise<Caller | undefined>
}

const ATTEMPT_PREFIX = 'hat_'
const PERSON_PREFIX = 'hpt_'

export function createTokens({
  secret,
  personToken,
  store,
  clock,
}: {
  secret: string
  personToken: string
  store: Store
  clock: Clock
}): Tokens {
  const sign = (runId: string, n: number): string => createHmac('sha256', secret).update(`${runId}.${n}`).digest('hex')

  const isAlive = async (runId: string, n: number): Promise<boolean> => {
    const attempt = await store.read.attempts.get(runId, n)
    return (
      attempt !== undefined && (attempt.endedAt === null || clock.now() - attempt.endedAt < LIMITS.attemptTokenGraceMs)
    )
  }

  const isKnown = async (token: string): Promise<boolean> => {
    const known = await store.read.accessTokens.findByHash(hashOf(token))
    if (!known) return false
    // Worth no wait and no failure: a disk that is full refuses writes, not reads.
    if (clock.now() - (known.lastUsedAt ?? 0) > LIMITS.tokenTouchMs)
      store.write((parts) => parts.accessTokens.touch(known.id)).catch(() => {})
    return true
  }

  return {
    attemptToken: (runId, n) => `${ATTEMPT_PREFIX}${runId}.${n}.${sign(runId, n)}`,
    identify: async (token) => {
      if (isSame(token, personToken)) return { kind: 'person' }
      if (token.startsWith(PERSON_PREFIX)) return (await isKnown(token)) ? { kind: 'person' } : undefined
      const match = /^hat_([0-9a-f-]{36})\.(\d{1,6})\.([0-9a-f]{64})$/.exec(token)
      if (!match) return undefined
      const [runId, n, signature] = [match[1]!, Number(match[2]), match[3]!]
      return isSame(signature, sign(runId, n)) && (await isAlive(runId, n)) ? { kind: 'attempt', runId, n } : undefined
    },
  }
}

/** A new token for a program, and what is kept of it: 256 random bits need no slow hash. */
export function mintToken(): { readonly token: string; readonly hash: string } {
  const token = PERSON_PREFIX + randomBytes(32).toString('hex')
  return { token, hash: hashOf(token) }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
