import { Worker } from 'node:worker_threads'

export type Answer = { readonly id: number; readonly found: string } | { readonly id: number; readonly error: string }

interface Waiting {
  readonly resolve: (found: string) => void
  readonly reject: (error: Error) => void
}

export interface Thread<Question, Message = never> {
  /** The text of the answer of the thread, which starts for the first question. Rejects when it breaks down, or takes too long. */
  ask(toQuestion: (id: number) => Question): Promise<string>
  /** Sends a message to the thread, if it runs. */
  post(message: Message): void
  end(): Promise<void>
}

export interface ThreadOptions<Notice> {
  /** Module of the thread in this folder, without its extension: installed packages have other ones. */
  readonly module: string
  /** How long a thread stays without a question before its memory is given back. */
  readonly idleMs: number
  /** A question that takes longer ends the thread, and is answered with the error; questions come one at a time then. */
  readonly limit?: { readonly ms: number; readonly error: () => Error }
  readonly onNotice?: (notice: Notice) => void
  /** The thread has ended, and all that was posted to it is lost. */
  readonly onGone?: () => void
}

/** A thread that lives while there is something to ask. */
export function createThread<Question, Message = never, Notice extends object = never>(
  options: ThreadOptions<Notice>,
): Thread<Question, Message> {
  const { limit, onGone = () => {} } = options
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let asked = 0
  let turn: Promise<unknown> = Promise.resolve()

  const ask = async (toQuestion: (id: number) => Question): Promise<string> => {
    clearTimeout(idle)
    const thread = (worker ??= start())
    const id = (asked += 1)
    thread.ref()
    const timer = limit && setTimeout(() => end(thread, limit.error()), limit.ms)
    try {
      return await new Promise<string>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        thread.postMessage(toQuestion(id))
      })
    } finally {
      clearTimeout(timer)
      waiting.delete(id)
      if (waiting.size === 0) rest()
    }
  }

  return {
    ask: async (toQuestion) => {
      if (!limit) return await ask(toQuestion)
      const mine = turn.then(() => ask(toQuestion))
      turn = mine.catch(() => {})
      return await mine
    },
    post: (message) => worker?.postMessage(message),
    end: async () => {
      clearTimeout(idle)
      await worker?.terminate()
    },
  }

  function start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = new Worker(new URL(`./${options.module}.${extension}`, import.meta.url))
    thread.on('message', (message: Answer | Notice) => {
      if (!('id' in message)) return options.onNotice?.(message)
      const one = waiting.get(message.id)
      if ('error' in message) one?.reject(new Error(message.error))
      else one?.resolve(message.found)
    })
    thread.on('error', (error) => end(thread, error))
    thread.on('exit', (code) => end(thread, new Error(`the thread ${options.module} ended with ${code}`)))
    return thread
  }

  function end(thread: Worker, error: Error): void {
    if (worker !== thread) return
    worker = undefined
    void thread.terminate()
    onGone()
    for (const one of waiting.values()) one.reject(error)
  }

  function rest(): void {
    worker?.unref()
    idle = setTimeout(() => {
      const thread = worker
      worker = undefined
      onGone()
      void thread?.terminate()
    }, options.idleMs)
    idle.unref()
  }
}
