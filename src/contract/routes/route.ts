import type { z } from 'zod'

import type { Permission } from '../access.ts'
import type { Endpoint, RouteName } from '../endpoints.ts'

/** An entry of the route table, without its method and path, which are in `contract/endpoints.ts`. */
export interface RouteRules {
  /** The right that a caller needs; `public`: none, not even a token. */
  readonly needs: Permission | 'public'
  /** Description for the generated documentation. */
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Default: `LIMITS.bodyBytesMax`. */
  readonly bodyBytesMax?: number
  /** Schema of the JSON answer. */
  readonly answer?: z.ZodType
  /** Media type of an answer that is not JSON. */
  readonly produces?: string
  /**
   * Whether the handler checks the parts of the body one by one. The body as a whole is then not refused for a NUL
   * character.
   */
  readonly skipsNulCheck?: boolean
  /** Whether the route is refused while the disk is full, because it writes data. */
  readonly isRefusedWhenFull?: boolean
  /** Whether the body is bytes, which go to the handler as they arrive. */
  readonly hasByteBody?: boolean
  /**
   * Whether the route creates something. A repeated request with the same id or `Idempotency-Key` then finds the first
   * result again.
   */
  readonly isIdempotentCreate?: boolean
}

/** A route: where it is, and its rules. */
export type Route = Endpoint & RouteRules

/** The routes of one resource. */
export type RouteTable = { readonly [N in RouteName]?: RouteRules }
