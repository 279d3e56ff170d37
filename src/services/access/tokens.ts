import { createHash, createHmac, randomBytes } from 'node:crypto'

import { LIMITS } from '../../contract/limits.ts'
import type { Caller } from '../../core/access/caller.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Store } from '../../core/ports/store.ts'
import { isSameSecret } from './is-same-secret.ts'

/** Creates the tokens of attempts, and identifies callers by their tokens. */
export interface Tokens {
  /**
   * Returns the token of attempt `n` of a run. The token is signed with the installation's secret and therefore not
   * stored.
   */
  attemptToken(runId: string, n: number): string
  /**
   * Returns the caller that a token belongs to; undefined for a wrong token, or one whose attempt ended more than
   * `LIMITS.attemptTokenGraceMs` ago.
   */
  identify(token: string): Promise<Caller | undefined>
}

const ATTEMPT_PREFIX = 'hat_'
const PERSON_PREFIX = 'hpt_'

/**
 * Creates the token check for three kinds of tokens: the person's own token, stored access tokens, and tokens of
 * attempts.
 */
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

  const isAttemptCurrent = async (runId: string, n: number): Promise<boolean> => {
    const attempt = await store.read.attempts.get(runId, n)
    return (
      attempt !== undefined && (attempt.endedAt === null || clock.now() - attempt.endedAt < LIMITS.attemptTokenGraceMs)
    )
  }

  const identifyStored = async (token: string): Promise<Caller | undefined> => {
    const known = await store.read.accessTokens.findByHash(hashOf(token))
    if (!known) return undefined

    // The request neither waits for the write of the last-used time nor fails with it, since reads must still be served on a full disk.
    if (clock.now() - (known.lastUsedAt ?? 0) > LIMITS.tokenTouchMs)
      store.write((stores) => stores.accessTokens.touch(known.id)).catch(() => {})
    return { kind: 'token', id: known.id }
  }

  return {
    attemptToken: (runId, n) => `${ATTEMPT_PREFIX}${runId}.${n}.${sign(runId, n)}`,
    identify: async (token) => {
      if (isSameSecret(token, personToken)) return { kind: 'person' }
      if (token.startsWith(PERSON_PREFIX)) return await identifyStored(token)
      const match = /^hat_([0-9a-f-]{36})\.(\d{1,6})\.([0-9a-f]{64})$/.exec(token)
      if (!match) return undefined

      const [runId, n, signature] = [match[1]!, Number(match[2]), match[3]!]

      return isSameSecret(signature, sign(runId, n)) && (await isAttemptCurrent(runId, n))
        ? { kind: 'run', runId, n }
        : undefined
    },
  }
}

/** Creates a new access token. Only its hash is stored. A fast hash suffices because the token has 256 random bits. */
export function mintToken(): { readonly token: string; readonly hash: string } {
  const token = PERSON_PREFIX + randomBytes(32).toString('hex')
  return { token, hash: hashOf(token) }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
