// Loaded into a server by `--import`. On SIGUSR2 it writes the delays of the event loop (ms) to the file
// BENCH_LOOP_FILE and resets them.
import { writeFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import process from 'node:process'

const histogram = monitorEventLoopDelay({ resolution: 1 })
histogram.enable()
process.on('SIGUSR2', () => {
  const toMs = (ns) => ns / 1e6
  writeFileSync(
    process.env.BENCH_LOOP_FILE,
    JSON.stringify({ p99: toMs(histogram.percentile(99)), max: toMs(histogram.max), count: histogram.count }),
  )
  histogram.reset()
})
