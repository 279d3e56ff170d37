// Runs a search as a program: reads one JSON request per line from standard input and writes one JSON answer per line.
//
//   {"op": "init", "space": [...], "seed": 1, "trials": 200, "concurrency": 10, "method": "auto"}  ->  {}
//   {"op": "ask", "n": 10}                                       ->  {"trials": [{"id": 0, "params": {...}}, ...]}
//   {"op": "tell", "results": [{"id": 0, "value": 0.5}, {"id": 1, "failed": true}]}                 ->  {}
//
// The search minimises. The answer to a request that fails is {"error": "..."}.
import { createInterface } from 'node:readline'

import { createSearch } from '../src/core/search/library.ts'
import type { Outcome, Search, SearchOptions } from '../src/core/search/library.ts'

type Request =
  | ({ readonly op: 'init' } & SearchOptions)
  | { readonly op: 'ask'; readonly n?: number }
  | { readonly op: 'tell'; readonly results: readonly Outcome[] }

let search: Search | undefined

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() !== '') process.stdout.write(`${JSON.stringify(answer(line))}\n`)
}

function answer(line: string): object {
  try {
    // Python writes NaN and infinities as words that are not valid JSON.
    return handleRequest(JSON.parse(line.replace(/(:\s*)(?:NaN|-?Infinity)(?=\s*[,}])/g, '$1null')) as Request)
  } catch (error) {
    return { error: (error as Error).message }
  }
}

function handleRequest(request: Request): object {
  if (request.op === 'init') {
    const { op: _op, ...options } = request
    search = createSearch(options)
    return {}
  }

  if (!search) throw new Error('init comes first')
  if (request.op === 'ask') return { trials: search.ask(request.n ?? 1).map(({ id, params }) => ({ id, params })) }
  if (request.op === 'tell') {
    if (!Array.isArray(request.results)) throw new Error('tell needs results, a list')
    search.tell(request.results)
    return {}
  }
  throw new Error('op is one of init, ask, tell')
}
