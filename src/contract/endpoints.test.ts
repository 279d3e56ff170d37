import { describe, expect, it } from 'vitest'

import { buildPath, ENDPOINTS } from './endpoints.ts'

describe('buildPath', () => {
  it('fills in parameters and escapes them', () => {
    expect(buildPath('getMetric', { run: 5, name: 'train/loss 100%' })).toBe(
      '/api/v1/runs/5/metrics/train%2Floss%20100%25',
    )
  })

  it('appends the defined part of the query', () => {
    expect(buildPath('listRuns', {}, { filter: 'a = "b&c"', limit: 0, trash: false, cursor: undefined })).toBe(
      '/api/v1/runs?filter=a+%3D+%22b%26c%22&limit=0&trash=false',
    )
  })

  it('appends no question mark without a query', () => {
    expect(buildPath('listRuns', {}, { cursor: undefined })).toBe('/api/v1/runs')
  })
})

describe('ENDPOINTS', () => {
  it('has no two routes of the same method and shape', () => {
    const shapes = Object.values(ENDPOINTS).map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, ':')}`)
    expect(new Set(shapes).size).toBe(shapes.length)
  })

  it('lists a fixed path before each path whose parameter matches it too', () => {
    const endpoints = Object.values(ENDPOINTS)
    const hidden = endpoints.filter(({ method, path }, i) =>
      endpoints.slice(0, i).some((earlier) => {
        const pattern = new RegExp(`^${earlier.path.replaceAll(/:\w+/g, '[^/]+')}$`)
        return earlier.method === method && pattern.test(path)
      }),
    )
    expect(hidden).toEqual([])
  })
})
