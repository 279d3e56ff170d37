import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

import { ROUTES } from '../../../src/contract/routes/all.ts'
import type { Route } from '../../../src/contract/routes/route.ts'
import type { RouteName } from '../../../src/contract/endpoints.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import type { TestServer } from '../../support/server.ts'

let server: TestServer
let run: number
let sweep: number

beforeAll(async () => {
  server = await startTestServer()
  const trial =
    "python3 -c \"from hagane import Experiment; e = Experiment(); e.log_metrics(step=1, loss=0.5, odd=float('nan')); open(e.outputs_path + '/a', 'w').write('x')\""
  sweep = (
    await server.submit(
      `version: 1\nkind: group\nhptuning: {metric: {name: loss}, matrix: {a: {values: [1, 2]}}}\nrun: {cmd: ${JSON.stringify(trial)}}`,
    )
  ).number

  await waitUntil(async () => (await server.call<{ phase: string }>('GET', `/sweeps/${sweep}`)).body.phase === 'done')
  run = (await server.call<{ runs: { number: number }[] }>('GET', `/runs?sweep=${sweep}`)).body.runs[0]!.number
  await waitUntil(async () => (await server.call<unknown[]>('GET', `/runs/${run}/artifacts`)).body.length === 1)
  await server.call('PUT', '/projects/default/views/mine', { filter: 'phase = failed' })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
})

/** Requests to routes whose path is not derived from the route table. */
const REQUESTS: Partial<Record<RouteName, [path: string, body?: unknown]>> = {}

function requestFor(name: RouteName): [path: string, body?: unknown] {
  const route: Route = ROUTES[name]
  const request = REQUESTS[name]
  if (request) return request

  const path = route.path
    .replace('/api/v1', '')
    .replace(':run', String(run))
    .replace(':sweep', String(sweep))
    .replace(':number', String(run))
    .replace(':project', 'default')

  return [
    path
      .replace('metrics/:name', 'metrics/loss')
      .replace('buckets/:name', 'buckets/loss')
      .replace('views/:name', 'mine'),
  ]
}

describe('the description of the API', () => {
  it('The description of the API has every route with parameters, body and answer as JSON Schema', async () => {
    const { body } = await server.call<{
      openapi: string
      paths: Record<string, Record<string, { operationId: string; responses: unknown }>>
    }>('GET', '/openapi.json')
    expect(body.openapi).toBe('3.1.0')

    const operations = Object.values(body.paths).flatMap((path) =>
      Object.values(path).map((operation) => operation.operationId),
    )
    expect(operations.sort()).toEqual(Object.keys(ROUTES).sort())

    const text = JSON.stringify(body)
    expect(text).toContain('Idempotency-Key')
    expect(text).not.toContain(':run')

    for (const name of Object.keys(ROUTES) as RouteName[]) {
      const route: Route = ROUTES[name]
      expect([name, Boolean(route.answer) || Boolean(route.produces)]).toEqual([name, true])
      for (const schema of [route.body, route.query, route.answer])
        if (schema) expect(() => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })).not.toThrow()
    }
  })

  it('The answers of the routes match the description of the API', async () => {
    REQUESTS.listEvents = ['/events?limit=1000']
    REQUESTS.readFilter = ['/filter?text=phase%20%3D%20failed']
    REQUESTS.completeFilter = ['/filter/completions?text=m.']
    REQUESTS.searchLogs = [`/runs/${run}/logs/search?pattern=a`]
    REQUESTS.countLogLines = [`/runs/${run}/logs/lines?before=0`]
    REQUESTS.getArtifact = [`/runs/${run}/artifacts/content?path=a`]

    const created = await server.call<{ id: string }>('POST', '/projects', { name: 'described' })
    expect(ROUTES.createProject.answer.safeParse(created.body).success).toBe(true)

    const skipped: RouteName[] = ['getSnapshot', 'getEnvironment']
    for (const name of Object.keys(ROUTES) as RouteName[]) {
      const route: Route = ROUTES[name]
      if (route.method !== 'GET' || !route.answer || skipped.includes(name)) continue
      const [path] = requestFor(name)
      const { status, body } = await server.call('GET', path)
      expect([name, status]).toEqual([name, 200])
      const parsed = route.answer.safeParse(body)
      expect([name, parsed.error?.issues ?? []]).toEqual([name, []])
    }

    for (const [name, path, body] of [
      ['bulkRuns', '/runs/bulk', { action: 'stop', filter: 'phase = running', dryRun: true }],
      ['restartRun', `/runs/${run}/restart`, {}],
      ['emptyTrash', '/trash/empty', {}],
      ['findMissing', '/snapshots/missing', { files: [] }],
      ['createSnapshot', '/snapshots', { files: [] }],
    ] as const) {
      const answer = await server.call('POST', path, body)
      expect([
        name,
        answer.status,
        (ROUTES[name].answer as z.ZodType).safeParse(answer.body).error?.issues ?? [],
      ]).toEqual([name, 200, []])
    }

    for (const [name, path, body] of [
      ['changeRun', `/runs/${run}`, { note: 'x' }],
      ['changeSweep', `/sweeps/${sweep}`, { note: 'x' }],
      ['changeProject', '/projects/default', { description: 'x' }],
    ] as const) {
      const answer = await server.call('PATCH', path, body)
      expect([name, answer.status, ROUTES[name].answer.safeParse(answer.body).error?.issues ?? []]).toEqual([
        name,
        200,
        [],
      ])
    }
  })
})
