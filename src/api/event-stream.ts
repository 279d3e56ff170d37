import { AppError } from '../contract/errors.ts'
import { LIMITS } from '../contract/limits.ts'
import type { Event } from '../contract/events.ts'
import type { EventFeed } from '../services/event-feed.ts'

/** Opens streams of server-sent events, at most so many at once. */
export function createEventStreams(toLines: (events: readonly Event[]) => Promise<readonly { seq: number; kind: string }[]>) {
  let open = 0
  return (feed: EventFeed): Response => {
    if (open >= LIMITS.eventStreamsMax) throw new AppError('unavailable', { detail: 'too many streams of events are open' })
    open += 1
    const ended = new AbortController()
    ended.signal.addEventListener('abort', () => (open -= 1), { once: true })
    const encoder = new TextEncoder()
    const read = async () => await toLines(await feed.next(ended.signal))
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(encoder.encode('retry: 1000\n\n')),
      pull: async (controller) => {
        const lines = await read().catch((error: unknown) => {
          // The reader comes back with the last number it has: nothing is lost.
          ended.abort()
          throw error
        })
        const text = lines.map((line) => `id: ${line.seq}\nevent: ${line.kind}\ndata: ${JSON.stringify(line)}\n\n`).join('')
        // A quiet stream says now and then that it is alive.
        if (!ended.signal.aborted) controller.enqueue(encoder.encode(text || ': quiet\n\n'))
      },
      cancel: () => ended.abort(),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' } })
  }
}
