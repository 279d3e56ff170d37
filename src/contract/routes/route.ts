import type { z } from 'zod'

import type { Permission } from '../access.ts'
import type { Endpoint, RouteName } from '../endpoints.ts'

/** Access rule, schemas and limits of a route. Its method and path are in `contract/endpoints.ts`. */
export interface RouteRules {
  /** Permission that the caller needs. `public`: no permission and no token. */
  readonly needs: Permission | 'public'
  /** Description of the route in the OpenAPI document. */
  readonly summary: string
  readonly query?: z.ZodType
  readonly body?: z.ZodType
  /** Largest size of the body in bytes. Default: `LIMITS.bodyBytesMax`. */
  readonly bodyBytesMax?: number
  /** Schema of the JSON answer; absent if the answer is not JSON. */
  readonly answer?: z.ZodType
  /** Media type of an answer that is not JSON. */
  readonly produces?: string
  /**
   * Accepts NUL characters in the body, which are otherwise refused for the whole request. The handler then checks the
   * parts of the body one by one.
   */
  readonly skipsNulCheck?: boolean
  /** Refuses requests while the disk is full, because the route writes data. */
  readonly isRefusedWhenFull?: boolean
  /** Whether the body is a stream of bytes, which the handler reads itself, instead of JSON. */
  readonly hasByteBody?: boolean
  /**
   * Whether the route creates an object once per id or header `Idempotency-Key`: a repeated request returns the object
   * that the first one created.
   */
  readonly isIdempotentCreate?: boolean
}

/** A route with its method, path and rules. */
export type Route = Endpoint & RouteRules

/** Rules of the routes of one resource, by route name. */
export type RouteTable = { readonly [N in RouteName]?: RouteRules }
