import { LIMITS } from '../contract/limits.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Logger } from '../core/ports/logger.ts'
import type { Store } from '../core/ports/store.ts'
import type { UsageSource } from '../core/ports/usage-source.ts'

/**
 * Starts to store the resource usage of running attempts as metrics of their runs, every `LIMITS.usageSampleMs`.
 * Disposing of the result ends this.
 */
export function createUsageRecorder({
  store,
  source,
  clock,
  log,
}: {
  store: Store
  source: UsageSource
  clock: Clock
  log: Logger
}): Disposable {
  const steps = new Map<string, number>()
  let cancel = schedule()

  function schedule(): () => void {
    return clock.after(LIMITS.usageSampleMs, () => {
      record()
        .catch((error: unknown) => log.warn({ err: error }, 'recording usage failed'))
        .finally(() => (cancel = schedule()))
    })
  }

  async function record(): Promise<void> {
    const active = await store.read.runs.listActive()
    if (active.length === 0) return steps.clear()

    const now = clock.now()
    const samples = await source.sampleUsage(active.map(({ attempt }) => attempt))
    const sampled = active.filter((run) => samples.has(run.attempt.id))

    if (sampled.length === 0) return

    const points = sampled.map((run) => {
      const step = steps.get(run.id) ?? 0
      steps.set(run.id, step + 1)
      return {
        run,
        series: Object.entries(samples.get(run.attempt.id)!).map(([name, value]) => ({
          name,
          points: Float64Array.of(step, now, value),
        })),
      }
    })

    await store.write(async (stores) => {
      for (const { run, series } of points) await stores.tracking.appendPoints(run, series)
    })
  }

  return { [Symbol.dispose]: () => cancel() }
}
