import { phrase } from '../contract/fields.ts'
import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import { ACTIVITY } from '../contract/events.ts'
import type { ActivityView, Event } from '../contract/events.ts'
import type { ProjectScope } from '../core/access/caller.ts'
import type { Activity } from '../services/history/activity.ts'
import type { EventFeed } from '../services/history/event-feed.ts'

/** Number of chunks that may wait for a slow reader. While more wait, activity messages are merged into one. */
const QUEUED_MAX = 100

/**
 * Returns a function that answers a request with a stream of server-sent events. The stream contains the events of
 * `feed`, converted by `toLines`. In between it contains activity messages: the numbers of runs and sweeps of
 * `projects` whose data has just changed. Throws AppError `unavailable` while `LIMITS.eventStreamsMax` streams are
 * open.
 */
export function createEventStreams(
  toLines: (events: readonly Event[]) => Promise<readonly { seq: number; kind: string }[]>,
  activity: Activity,
) {
  let open = 0
  return (projects: ProjectScope, feed: EventFeed): Response => {
    if (open >= LIMITS.eventStreamsMax) throw new AppError('unavailable', { detail: phrase('streams_full') })

    open += 1
    const ended = new AbortController()
    let unwatch = (): void => {}

    ended.signal.addEventListener(
      'abort',
      () => {
        open -= 1
        unwatch()
      },
      { once: true },
    )

    const encoder = new TextEncoder()
    const read = async () => await toLines(await feed.next(ended.signal))

    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(encoder.encode('retry: 1000\n\n'))
        // For a slow reader, activity is collected here and sent as one message, so that the queue does not grow.
        let unsentActivity: ActivityView = { runs: [], sweeps: [] }
        unwatch = activity.watch(projects, (view) => {
          unsentActivity = {
            runs: union(unsentActivity.runs, view.runs),
            sweeps: union(unsentActivity.sweeps, view.sweeps),
          }
          if ((controller.desiredSize ?? 0) <= -QUEUED_MAX) return
          controller.enqueue(encoder.encode(`event: ${ACTIVITY}\ndata: ${JSON.stringify(unsentActivity)}\n\n`))
          unsentActivity = { runs: [], sweeps: [] }
        })
      },
      pull: async (controller) => {
        const lines = await read().catch((error: unknown) => {
          // Ending the stream loses no event: the client reconnects with the number of the last event that it received.
          ended.abort()
          throw error
        })
        const text = lines
          .map((line) => `id: ${line.seq}\nevent: ${line.kind}\ndata: ${JSON.stringify(line)}\n\n`)
          .join('')
        // If `feed.next` timed out without an event, send a comment line, which shows that the connection still works.
        if (!ended.signal.aborted) controller.enqueue(encoder.encode(text || ': quiet\n\n'))
      },
      cancel: () => ended.abort(),
    })

    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
  }
}

function union(a: readonly number[], b: readonly number[]): number[] {
  return [...new Set([...a, ...b])]
}
