import { AppError } from '../../src/contract/errors.ts'
import { phrase } from '../../src/contract/fields.ts'
import type { Waiting } from '../../src/contract/run.ts'
import type { Clock } from '../../src/core/ports/clock.ts'
import type { Capacity, EndCause, Executor, Launch, Observation } from '../../src/core/ports/executor.ts'
import type { AttemptRef } from '../../src/core/records/attempt.ts'

/** A machine that simulates commands. Its attempts continue when the server that launched them has ended. */
export interface FakeMachine {
  /**
   * Creates an executor on this machine for a server. `clock` is the clock of the server, whose timers end with the
   * server. An executor whose `isDead` returns true sends no more nudges.
   */
  createExecutor(clock: Clock, isDead?: () => boolean): Executor
  /** Number of times that a command has been started, by the id of the attempt. */
  readonly starts: ReadonlyMap<string, number>
  /** Hashes of environments that are complete. */
  readonly environments: Set<string>
  /** Removes all traces of an attempt and its processes, as the loss of a disk would. */
  lose(attemptId: string): void
}

export interface FakeMachineOptions {
  /** The clock of the machine, which determines when commands begin and end. */
  readonly clock: Clock
  readonly capacity: Capacity
  /** Called when a command ends by itself, before its end can be observed. */
  readonly onExit?: (launch: Launch) => void
}

interface FakeAttempt {
  readonly startedAt: number
  /** Time at which the command begins, in milliseconds since 1970; later than `startedAt` if the script has `wait`. */
  readonly beginsAt: number
  readonly ignoresTerm: boolean
  ended: Extract<Observation, { state: 'ended' }> | undefined
  cancel: () => void
}

/** A parsed command: how long it waits before it begins, how long it runs (`ms`), and how it ends. */
interface Script {
  readonly waitMs: number
  readonly ms: number
  readonly exitCode: number
  readonly ignoresTerm: boolean
  readonly cause?: EndCause
}

const WAITING: Waiting = { code: 'supervisor_waiting', args: { folder: 'nowhere' } }
const SIGTERM_STATUS = 143
const SIGKILL_STATUS = 137

/**
 * Creates a machine that simulates commands of a few words, on separate lines or separated by semicolons: `sleep
 * SECONDS`, `exit STATUS`, `trap '' TERM`, `out of memory`, and `wait SECONDS`: the time before the command begins. A
 * list in `exit 1,0` gives the status of each attempt of a run.
 */
export function createFakeMachine({ clock, capacity, onExit }: FakeMachineOptions): FakeMachine {
  const attempts = new Map<string, FakeAttempt>()
  const starts = new Map<string, number>()
  const environments = new Set<string>()
  const watchers = new Map<(attemptId: string) => void, () => boolean>()

  const nudgeAll = (id: string): void => {
    for (const [nudge, isDead] of watchers) {
      if (isDead()) watchers.delete(nudge)
      else nudge(id)
    }
  }

  const end = (id: string, exitCode: number, fields: { isKilled?: boolean; cause?: EndCause } = {}): void => {
    const attempt = attempts.get(id)
    if (!attempt || attempt.ended) return
    attempt.cancel()
    attempt.ended = { state: 'ended', exitCode, isKilled: false, endedAt: clock.now(), evidence: {}, ...fields }
    nudgeAll(id)
  }

  const start = (launch: Launch, script: Script): FakeAttempt => {
    const { id } = launch.attempt
    starts.set(id, (starts.get(id) ?? 0) + 1)
    const beginsAt = clock.now() + script.waitMs
    if (script.waitMs > 0) for (const delayMs of [0, script.waitMs]) clock.after(delayMs, () => nudgeAll(id))
    const cancel = clock.after(script.waitMs + script.ms, () => {
      onExit?.(launch)
      end(id, script.exitCode, script.cause && { cause: script.cause, isKilled: true })
    })
    const attempt = { startedAt: clock.now(), beginsAt, ignoresTerm: script.ignoresTerm, ended: undefined, cancel }
    attempts.set(id, attempt)
    return attempt
  }

  const createExecutor = (serverClock: Clock, isDead = () => false): Executor => ({
    launch: async (launch) => {
      const { attempt, run } = launch
      if (run.environment !== null && run.plan.kind !== 'build' && !environments.has(run.environment))
        throw new AppError('environment_gone', { detail: run.environment })
      if (!run.plan.command) throw new AppError('invalid', { detail: phrase('launch_none') })

      const { startedAt } = attempts.get(attempt.id) ?? start(launch, parseScript(run.plan.command.script, attempt.n))
      return { startedAt, ranOn: { python: null, environment: run.environment, imageAsked: null } }
    },

    list: async () => [...attempts].filter(([, { ended }]) => !ended).map(([id]) => id),

    observe: async ({ id }) => {
      const attempt = attempts.get(id)
      if (!attempt) return { state: 'absent' }
      if (attempt.ended) return attempt.ended
      if (clock.now() < attempt.beginsAt) return { state: 'waiting', why: WAITING }
      return { state: 'running', ranMs: clock.now() - attempt.beginsAt }
    },

    watch: (nudge) => void watchers.set(nudge, isDead),

    stop: async ({ id }: AttemptRef, graceMs) => {
      const kill = (): void => end(id, SIGKILL_STATUS, { isKilled: true })
      const attempt = attempts.get(id)
      if (!attempt) return
      if (!attempt.ignoresTerm && graceMs > 0) end(id, SIGTERM_STATUS, { isKilled: true })
      else serverClock.after(graceMs, kill)
    },

    remove: async ({ id }) => {
      if (attempts.get(id)?.ended) attempts.delete(id)
    },

    getCapacity: () => capacity,
  })

  return {
    createExecutor,
    starts,
    environments,
    lose: (id) => {
      attempts.get(id)?.cancel()
      attempts.delete(id)
      nudgeAll(id)
    },
  }
}

function parseScript(text: string, n: number): Script {
  const lines = text.split(/[\n;]/).map((line) => line.trim())
  const argument = (word: string): string | undefined =>
    lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1)

  const statuses = (argument('exit') ?? '0').split(',').map(Number)
  const isOutOfMemory = lines.includes('out of memory')
  return {
    waitMs: Number(argument('wait') ?? 0) * 1_000,
    ms: Number(argument('sleep') ?? 0) * 1_000,
    exitCode: isOutOfMemory ? SIGKILL_STATUS : statuses[Math.min(n, statuses.length) - 1]!,
    ignoresTerm: lines.includes("trap '' TERM"),
    ...(isOutOfMemory && { cause: 'out_of_memory' }),
  }
}
