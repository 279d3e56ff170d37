import type { z } from 'zod'

import { ENDPOINTS } from '../endpoints.ts'
import type { Endpoint, ParamName, ParamsOf, Query, RouteName } from '../endpoints.ts'
import { accessRoutes } from './access.ts'
import { chartRoutes } from './charts.ts'
import { environmentRoutes } from './environments.ts'
import { eventRoutes } from './events.ts'
import { logRoutes } from './logs.ts'
import { outputRoutes } from './outputs.ts'
import { projectRoutes } from './projects.ts'
import { runRoutes } from './runs.ts'
import { snapshotRoutes } from './snapshots.ts'
import { submissionRoutes } from './submissions.ts'
import { sweepRoutes } from './sweeps.ts'
import { systemRoutes } from './system.ts'
import { trackingRoutes } from './tracking.ts'
import type { RouteRules } from './route.ts'

const RULES = {
  ...systemRoutes,
  ...accessRoutes,
  ...submissionRoutes,
  ...runRoutes,
  ...logRoutes,
  ...trackingRoutes,
  ...outputRoutes,
  ...chartRoutes,
  ...sweepRoutes,
  ...projectRoutes,
  ...eventRoutes,
  ...snapshotRoutes,
  ...environmentRoutes,
} as const satisfies Record<RouteName, RouteRules>

type Rules = typeof RULES

/**
 * All routes of the API. Any other address belongs to the dashboard's files. A route whose `needs` is not `public`
 * needs a token or a session. The first route whose method and path match handles a request.
 */
export const ROUTES = Object.fromEntries(
  Object.entries<Endpoint>(ENDPOINTS).map(([name, endpoint]) => [name, { ...endpoint, ...RULES[name as RouteName] }]),
) as unknown as { readonly [N in RouteName]: Endpoint & Rules[N] }

/** Type of the JSON answer of a route; `unknown` for a route whose answer is not JSON. */
export type AnswerOf<N extends RouteName> = Rules[N] extends { answer: infer A extends z.ZodType }
  ? z.output<A>
  : unknown

/** Type of a route's query after validation, with defaults filled in; `undefined` for a route without a query. */
export type QueryOf<N extends RouteName> = Rules[N] extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : undefined

/** Type of a route's JSON body after validation, with defaults filled in; `undefined` for a route without one. */
export type BodyOf<N extends RouteName> = Rules[N] extends { body: infer B extends z.ZodType } ? z.output<B> : undefined

/** Type of the JSON body that a client sends to a route: fields with defaults may be absent. */
export type BodyInputOf<N extends RouteName> = Rules[N] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined

/**
 * A client's request to a route. `params` fill the parameters of the path, and are required if it has some; `body` is
 * sent as JSON.
 */
export type RequestOf<N extends RouteName> = { readonly query?: Query; readonly body?: BodyInputOf<N> } & ([
  ParamName<N>,
] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: ParamsOf<N> })

/** A request to any route, with untyped fields, for code that sends the requests of all routes. */
export interface AnyRequest {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: Query | undefined
  readonly body?: unknown
}

/**
 * Arguments of a client's function after the name of the route: the request, with additional `Options`. The request may
 * be left out for a route without path parameters.
 */
export type RequestArguments<N extends RouteName, Options = unknown> = [ParamName<N>] extends [never]
  ? [request?: RequestOf<N> & Options]
  : [request: RequestOf<N> & Options]
