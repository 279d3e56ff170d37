// npm run bench -- NAME: measures one thing and prints its figures as the last line of standard output.
import type { Figure } from '../bench/support.ts'

interface Bench {
  readonly about: string
  readonly load: () => Promise<{ measure: () => Promise<Figure[]> }>
}

const BENCHES: Readonly<Record<string, Bench>> = {
  sweep: {
    about: '200 trials of one second, ten at a time, against xargs -P10',
    load: () => import('../bench/sweep.ts'),
  },
  noop: { about: '1,000 trials that do nothing, against the bare supervisor', load: () => import('../bench/noop.ts') },
  ingest: {
    about: 'metric points of 4 writers, against a bare HTTP server with SQLite',
    load: () => import('../bench/ingest.ts'),
  },
  client: { about: 'what the Python client costs the program that logs', load: () => import('../bench/client.ts') },
  query: {
    about: 'lists over 100,000 runs and a series of 1,000,000 points, on SQLite and PostgreSQL',
    load: () => import('../bench/query.ts'),
  },
  snapshot: {
    about: 'a folder of 10,000 files, sent twice, and ten trials of it',
    load: () => import('../bench/snapshot.ts'),
  },
  search: {
    about: 'the search engine on the ten problems of the suite, against what its rivals reached',
    load: () => import('../bench/search.ts'),
  },
  'search-overhead': { about: 'what a suggestion costs', load: () => import('../bench/search-overhead.ts') },
  dashboard: { about: 'the pages in a real browser, over 100,000 runs', load: () => import('../bench/dashboard.ts') },
  references: {
    about: 'pieces of work without Hagane that the other benches are measured beside',
    load: () => import('../bench/references.ts'),
  },
  soak: {
    about: 'half an hour of use with 50 event streams: whether memory grows',
    load: () => import('../bench/soak.ts'),
  },
  startup: {
    about: 'start of a server, and what it takes while nothing happens',
    load: () => import('../bench/startup.ts'),
  },
}

const name = process.argv[2]
const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined
if (bench) {
  const figures = await (await bench.load()).measure()
  for (const { name, value, unit, goal, ok } of figures)
    process.stderr.write(
      `${ok ? 'ok    ' : 'MISSED'} ${name} ${value} ${unit}${goal === null ? '' : ` (goal ${goal})`}\n`,
    )
  process.stdout.write(`${JSON.stringify({ bench: name, figures })}\n`)
} else {
  if (name !== undefined) process.stderr.write(`there is no bench ${name}\n`)
  for (const [name, { about }] of Object.entries(BENCHES)) process.stdout.write(`${name.padEnd(16)} ${about}\n`)
  process.exitCode = name === undefined ? 0 : 2
}
