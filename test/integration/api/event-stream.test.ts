import { randomUUID } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import type { ActivityView } from '../../../src/contract/events.ts'
import type { EventView } from '../../../src/contract/routes/events.ts'
import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('the stream of events', () => {
  it('The stream of events resumes after a lost connection and a killed used.server without gaps or repeats', async () => {
    const all = async () => {
      const events: EventView[] = []
      for (;;) {
        const page = (await used.server.call<EventView[]>('GET', `/events?limit=1000&after=${events.at(-1)?.seq ?? 0}`))
          .body
        events.push(...page)
        if (page.length < 1000) return events.map((event) => event.seq)
      }
    }

    const start = (await all()).at(-1)!
    const seen: number[] = []

    const read = async (count: number) => {
      const ended = new AbortController()
      const response = await fetch(`${used.server.url}/api/v1/events/stream`, {
        headers: { authorization: `Bearer ${used.server.readToken()}`, 'last-event-id': String(seen.at(-1) ?? start) },
        signal: ended.signal,
      })

      let got = 0
      try {
        for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
          for (const [, id] of chunk.matchAll(/^id: (\d+)$/gm)) {
            seen.push(Number(id))
            got += 1
          }
          if (got >= count) break
        }
      } catch {
        // The server was killed while the stream was read.
      }

      ended.abort()
    }

    const submitSome = async () => {
      for (let index = 0; index < 5; index += 1)
        await used.server.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')
    }

    const reading = read(7)
    await submitSome()
    await reading
    await submitSome()

    await used.server.kill()
    await used.server.start()
    const more = read(10)
    await submitSome()
    await more

    await waitUntil(
      async () =>
        (await used.server.call<RunPageView>('GET', '/runs?filter=phase in (queued, starting, running)')).body.runs
          .length === 0,
    )
    await new Promise((resolve) => setTimeout(resolve, 300))

    const wanted = (await all()).filter((seq) => seq > start)
    while (seen.at(-1)! < wanted.at(-1)!) await read(1)
    expect(seen).toEqual(wanted)
    expect((await used.server.call('GET', '/events/stream', undefined, 'x')).status).toBe(401)
  })

  it('The stream of events also reports which runs and sweeps write points or output', async () => {
    const ended = new AbortController()
    const response = await fetch(`${used.server.url}/api/v1/events/stream`, {
      headers: { authorization: `Bearer ${used.server.readToken()}` },
      signal: ended.signal,
    })

    const activities: ActivityView[] = []
    const reading = (async () => {
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream()))
        for (const [, data] of chunk.matchAll(/^event: activity\ndata: (.*)$/gm))
          activities.push(JSON.parse(data!) as ActivityView)
    })().catch(() => {})

    const { body: logging } = await used.server.call<{ number: number }>('POST', '/runs', {
      kind: 'experiment',
      name: 'logging',
    })
    const batch = { writer: randomUUID(), attempt: 1, first: 1, records: [{ k: 'm', s: 1, t: 1, v: { loss: 1 } }] }
    expect((await used.server.call('POST', `/runs/${logging.number}/batches`, batch)).status).toBe(200)

    await waitUntil(async () => activities.some(({ runs }) => runs.includes(logging.number)))

    const script = 'python -c "import time; [print(i, flush=True) or time.sleep(0.2) for i in range(50)]"'
    const sweep = await used.server.submit(
      `version: 1\nkind: group\nhptuning: {matrix: {x: {values: [1]}}}\nrun: {cmd: '${script}'}\n`,
    )
    await waitUntil(async () => activities.filter(({ sweeps }) => sweeps.includes(sweep.number)).length > 1, 30_000)
    await used.server.call('POST', `/sweeps/${sweep.number}/stop`)
    ended.abort()
    await reading
  })
})
