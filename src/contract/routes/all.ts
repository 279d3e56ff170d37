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
 * All routes of the API; besides these the server only serves the dashboard. Every route that is not `public` needs a
 * token or a session. A request takes the first route that matches it.
 */
export const ROUTES = Object.fromEntries(
  Object.entries<Endpoint>(ENDPOINTS).map(([name, endpoint]) => [name, { ...endpoint, ...RULES[name as RouteName] }]),
) as unknown as { readonly [N in RouteName]: Endpoint & Rules[N] }

/** The JSON answer of a route; `unknown` for a route whose answer is not JSON. */
export type AnswerOf<N extends RouteName> = Rules[N] extends { answer: infer A extends z.ZodType }
  ? z.output<A>
  : unknown

/** The validated query of a route, with its defaults; `undefined` for a route without a query. */
export type QueryOf<N extends RouteName> = Rules[N] extends { query: infer Q extends z.ZodType }
  ? z.output<Q>
  : undefined

/** The validated JSON body of a route, with its defaults; `undefined` for a route without one. */
export type BodyOf<N extends RouteName> = Rules[N] extends { body: infer B extends z.ZodType } ? z.output<B> : undefined

/** The JSON body that a client sends to a route. */
export type BodyInputOf<N extends RouteName> = Rules[N] extends { body: infer B extends z.ZodType }
  ? z.input<B>
  : undefined

/**
 * A client's request to a route: `params` fill the path, `query` follows it, `body` is sent as JSON. `params` is
 * required where the path has parameters.
 */
export type RequestOf<N extends RouteName> = { readonly query?: Query; readonly body?: BodyInputOf<N> } & ([
  ParamName<N>,
] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: ParamsOf<N> })

/** A request to any route, for code that sends it. */
export interface AnyRequest {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: Query | undefined
  readonly body?: unknown
}

/**
 * The arguments after the name of a route in a client's call: a request, which may be left out where nothing is
 * required.
 */
export type RequestArguments<N extends RouteName, Options = unknown> = [ParamName<N>] extends [never]
  ? [request?: RequestOf<N> & Options]
  : [request: RequestOf<N> & Options]
