import { describe, expect, it } from 'vitest'

import { useServer } from '../../support/used-server.ts'

const used = useServer()

describe('a repeated request', () => {
  const host = { workDir: '/tmp', python: null, path: '/usr/bin:/bin', git: null }

  const send = async (key: string, text: string) => {
    const response = await fetch(`${used.server.url}/api/v1/submissions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${used.server.readToken()}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({ sources: [{ file: 'a.yml', text }], host }),
    })
    return { status: response.status, body: (await response.json()) as { number: number } }
  }

  it('Requests with one idempotency key create one run, and another body under that key is refused', async () => {
    const text = 'version: 1\nkind: experiment\nrun: {cmd: "true"}'
    const answers = await Promise.all(Array.from({ length: 20 }, () => send('key-1', text)))
    expect(new Set(answers.map((answer) => answer.body.number)).size).toBe(1)

    await used.server.kill()
    await used.server.start()
    expect((await send('key-1', text)).body.number).toBe(answers[0]!.body.number)
    expect((await send('key-1', text.replace('true', 'false'))).status).toBe(409)
    expect((await send('key-2', text)).body.number).not.toBe(answers[0]!.body.number)
    expect((await send('', text)).status).toBe(400)

    const [first, second] = await Promise.all(
      [1, 2].map(() =>
        used.post<{ id: string }>('/projects', { id: '00000000-0000-4000-8000-00000000abcd', name: 'once' }),
      ),
    )
    expect(first!.body.id).toBe(second!.body.id)
    expect((await used.post('/projects', { id: '00000000-0000-4000-8000-00000000abcd', name: 'twice' })).status).toBe(
      409,
    )
  })
})
