import { LIMITS } from '../../contract/limits.ts'
import type { EventView } from '../../contract/routes/events.ts'
import { requireClient } from '../client.ts'
import type { Client } from '../client.ts'
import { CliExit } from '../context.ts'
import type { Cli } from '../context.ts'

/** Flags of `hagane events`. */
export interface EventFlags {
  readonly follow?: boolean
  readonly run?: string
  readonly limit?: number
  readonly json?: boolean
}

const RETRY_MS = 1_000

/**
 * `hagane events`: prints the history of events. With `--follow` also prints new events. After a lost connection the
 * command connects again and continues with the first event that it has not received.
 */
export async function events(cli: Cli, flags: EventFlags): Promise<void> {
  const client = requireClient(cli)
  let left = flags.limit ?? Infinity
  let last = 0

  const show = (event: EventView): void => {
    last = event.seq
    cli.print(flags.json ? JSON.stringify(event) : formatEvent(event))
  }

  for (let isEnd = false; !isEnd && left > 0;) {
    const limit = Math.min(left, LIMITS.eventsPageMax)
    const page = await client.call('listEvents', { query: { after: last, limit, run: flags.run } })
    page.forEach(show)
    left -= page.length
    isEnd = page.length < limit
  }

  while (flags.follow) {
    try {
      for await (const event of readStream(client, last))
        if (flags.run === undefined || event.run === Number(flags.run.replace('#', ''))) show(event)
    } catch (error) {
      if (!(error instanceof CliExit) && !(error instanceof TypeError)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
}

/** Yields the events after number `after` from the event stream of the server until the connection ends. */
async function* readStream(client: Client, after: number): AsyncGenerator<EventView> {
  const response = await client.fetch('streamEvents', { query: { after } })
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    const blocks = text.split('\n\n')
    text = blocks.pop()!
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined) yield JSON.parse(data) as EventView
    }
  }
}

function formatEvent({ at, kind, actor, run, sweep, data }: EventView): string {
  const about = run === null ? (sweep === null ? '' : `#${sweep}`) : `#${run}`
  return `${at}  ${kind}  ${about}  ${actor}  ${Object.keys(data).length > 0 ? JSON.stringify(data) : ''}`.trimEnd()
}
