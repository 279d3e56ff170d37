import { describe, expect, it } from 'vitest'

import type { RunPageView } from '../../../src/contract/routes/runs.ts'
import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('a filter', () => {
  it("A filter in Hagane's or Polyaxon's form is parsed and completed, and an unused name is reported", async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nparams: {learning_rate: 0.1}\ntags: [green]\nrun: {cmd: "true"}',
    )
    await used.waitForPhase(number, 'succeeded')

    expect(
      (await used.server.call('GET', `/filter?text=${encodeURIComponent('metrics.loss:<0.1, status:running')}`)).body,
    ).toEqual({
      filter: 'm.loss < 0.1 and phase = running',
    })

    const complete = async (text: string) =>
      (
        await used.server.call<{ suggestions: { text: string; count: number | null }[] }>(
          'GET',
          `/filter/completions?text=${encodeURIComponent(text)}`,
        )
      ).body.suggestions

    expect(await complete('p.lear')).toEqual([{ text: 'p.learning_rate', count: 1 }])
    expect(await complete('tag = gr')).toEqual([{ text: 'green', count: 1 }])
    expect((await complete('phase = suc')).map((item) => item.text)).toEqual(['succeeded'])

    const { hints } = (
      await used.server.call<RunPageView>('GET', `/runs?filter=${encodeURIComponent('p.learning_rat < 1')}`)
    ).body
    expect(hints).toEqual(['p.learning_rat → p.learning_rate'])

    const wrong = await used.server.call<{ error: { message: string } }>(
      'GET',
      `/runs?filter=${encodeURIComponent('m.loss = high')}`,
    )
    expect([wrong.status, wrong.body.error.message]).toEqual([
      400,
      'filter, column 10: m.loss is compared with a number, not with high',
    ])
  })
})
