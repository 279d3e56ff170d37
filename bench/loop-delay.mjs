// Loaded into a server by `--import`: writes the delays of its event loop to the file BENCH_LOOP_FILE when SIGUSR2 comes,
// and begins anew.
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
