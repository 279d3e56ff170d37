/**
 * Measures a search on the problems, for tuning it:
 *
 *     node bench/search/run.ts --module bench/search/random-optimizer.ts --seeds 0-19 --out /tmp/random.json
 *
 * `--against FILE` compares the result, seed by seed, with one that was written by `--out` before.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

import type { Mode } from './baseline.ts'
import { measureAll } from './measure.ts'
import type { Plan, Task } from './measure-worker.ts'
import { SUITE } from './problems.ts'
import { formatReport } from './tuning-report.ts'
import type { Measured } from './tuning-report.ts'

const { values: flags } = parseArgs({
  options: {
    module: { type: 'string' },
    funcs: { type: 'string', default: SUITE.join(',') },
    seeds: { type: 'string', default: '0-19' },
    trials: { type: 'string', default: '200' },
    concurrency: { type: 'string', default: '10' },
    mode: { type: 'string', default: 'batch' },
    options: { type: 'string', default: '{}' },
    workers: { type: 'string', default: '2' },
    out: { type: 'string' },
    against: { type: 'string' },
  },
})
if (!flags.module) throw new Error('--module FILE is missing')
if (flags.mode !== 'batch' && flags.mode !== 'async') throw new Error(`${flags.mode} is no mode: batch, async`)

const plan: Plan = {
  module: pathToFileURL(resolve(flags.module)).href,
  trials: Number(flags.trials),
  concurrency: Number(flags.concurrency),
  mode: flags.mode satisfies Mode,
  options: JSON.parse(flags.options) as Record<string, unknown>,
}
const names = flags.funcs.split(',')
const seeds = parseSeeds(flags.seeds)
const tasks = names.flatMap((name) => seeds.map((seed): Task => ({ name, seed })))
const measured: Measured = { plan, runs: Object.fromEntries(names.map((name) => [name, {}])) }

await measureAll(plan, tasks, Number(flags.workers), ({ task, result }) => {
  measured.runs[task.name]![task.seed] = result
  process.stderr.write(`${task.name} ${task.seed}: ${JSON.stringify(result.regret)}\n`)
})
if (flags.out) writeFileSync(flags.out, JSON.stringify(measured))
const earlier = flags.against ? (JSON.parse(readFileSync(flags.against, 'utf8')) as Measured) : undefined
process.stdout.write(formatReport(measured, earlier))

/** Parses a list of seeds: `3`, `0-19` or `0,4,7-9`. */
function parseSeeds(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map(Number)
    if (!Number.isInteger(first) || !Number.isInteger(last)) throw new Error(`${part} is no range of seeds`)
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i)
  })
}
