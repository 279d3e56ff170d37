import { z } from 'zod'

import { ERRORS } from './errors.ts'
import { ROUTES } from './routes/all.ts'
import type { Route } from './routes/route.ts'
import type { RouteName } from './endpoints.ts'

type Json = Record<string, unknown>

const errorSchema: Json = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message', 'args'],
      properties: {
        code: { enum: Object.keys(ERRORS) },
        message: { type: 'string', description: 'A sentence in the language of Accept-Language (en or ja).' },
        args: { type: 'object' },
        problems: {
          type: 'array',
          items: { type: 'object' },
          description: 'What is wrong with a document, each with its place and a remedy.',
        },
      },
    },
  },
}

/** Returns the description of the API in OpenAPI 3.1, made from the route table alone. */
export function toOpenApi(version: string): Json {
  const paths: Record<string, Json> = {}

  for (const [name, route] of Object.entries(ROUTES) as [RouteName, Route][]) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: toOperation(name, route) }
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'Hagane',
      version,
      description: 'Machine-learning experiments: runs, sweeps, metrics, code and environments.',
    },
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
      schemas: { Error: errorSchema },
    },
    security: [{ token: [] }],
    paths,
  }
}

function toOperation(name: RouteName, route: Route): Json {
  return {
    operationId: name,
    summary: route.summary,
    ...(route.needs === 'public' && { security: [] }),
    parameters: [
      ...pathParameters(route),
      ...queryParameters(route),
      ...(route.isIdempotentCreate ? [IDEMPOTENCY_KEY] : []),
    ],
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: toSchema(route.body, 'input') } } },
    }),
    ...(route.hasByteBody && { requestBody: { required: true, content: { 'application/octet-stream': {} } } }),
    responses: {
      '200': {
        description: 'Done.',
        content: route.produces
          ? { [route.produces]: {} }
          : { 'application/json': { schema: route.answer ? toSchema(route.answer, 'output') : {} } },
      },
      default: {
        description: 'An error.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  }
}

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Any text. A repeated request with the same key and body answers as the first one did, for seven days; with another body it is refused.',
  schema: { type: 'string', maxLength: 200 },
}

function pathParameters({ path }: Route): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: Route): Json[] {
  if (!query) return []
  const schema = toSchema(query, 'input') as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }))
}

function toSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json
  return rest
}
