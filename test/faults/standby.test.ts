import { describe, expect, inject, it } from 'vitest'

import { startPostgres } from '../support/postgres.ts'
import { startTestServer } from '../support/server.ts'

describe('two servers with directories of their own on one PostgreSQL database', () => {
  it.skipIf(inject('postgresError') !== '')(
    'A second server on the same database waits until the first has ended, then serves the runs of the first',
    { timeout: 120_000 },
    async () => {
      await using postgres = await startPostgres()
      const database = await postgres.createDatabase()
      await using first = await startTestServer({ database })
      const { number } = await first.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')

      let isReady = false
      const starting = startTestServer({ database }).then((server) => {
        isReady = true
        return server
      })

      await new Promise((resolve) => setTimeout(resolve, 3_000))
      expect(isReady).toBe(false)

      await first.kill()
      await using second = await starting

      expect((await second.call('GET', `/runs/${number}`)).status).toBe(200)
      expect((await second.submit('version: 1\nkind: experiment\nrun: {cmd: "true"}')).number).toBe(number + 1)
    },
  )
})
