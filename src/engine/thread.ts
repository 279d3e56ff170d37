import { Worker } from 'node:worker_threads'

/** The answer to the question with the same id: the result as text, or the stack of an error. */
export type Answer = { readonly id: number; readonly found: string } | { readonly id: number; readonly error: string }

interface PendingRequest {
  readonly resolve: (found: string) => void
  readonly reject: (error: Error) => void
}

/** A worker thread that answers questions. */
export interface Thread<Question, Message = never> {
  /**
   * Sends a question and returns the answer's text. Starts the thread if there is none. Rejects if the thread fails or
   * takes too long.
   */
  request(toQuestion: (id: number) => Question): Promise<string>
  /** Sends a message without an answer, if the thread is running. */
  post(message: Message): void
  /** Ends the thread. Questions without an answer are rejected. */
  end(): Promise<void>
}

export interface ThreadOptions<Notice> {
  /**
   * Name of the thread's module in this folder, without extension: it is `ts` in a checkout and `js` in an installed
   * package.
   */
  readonly module: string
  /** How long an idle thread is kept before it is ended to free its memory. */
  readonly idleMs: number
  /**
   * Time limit for a question. Exceeding it ends the thread and rejects with the error. With a limit, questions are
   * processed one at a time.
   */
  readonly limit?: { readonly ms: number; readonly error: () => Error }
  /** Called with each message that answers no question. */
  readonly onNotice?: (notice: Notice) => void
  /** Called when the thread has ended. Everything that was sent to it is lost. */
  readonly onThreadEnd?: () => void
}

/** Creates a worker thread that is started for the first question and ended after an idle time. */
export function createThread<Question, Message = never, Notice extends object = never>(
  options: ThreadOptions<Notice>,
): Thread<Question, Message> {
  const { limit, onThreadEnd = () => {} } = options
  const pending = new Map<number, PendingRequest>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let sentCount = 0
  let lastRequest: Promise<unknown> = Promise.resolve()

  const send = async (toQuestion: (id: number) => Question): Promise<string> => {
    clearTimeout(idle)
    const thread = (worker ??= start())
    const id = (sentCount += 1)
    thread.ref()

    const timer = limit && setTimeout(() => end(thread, limit.error()), limit.ms)

    try {
      return await new Promise<string>((resolve, reject) => {
        pending.set(id, { resolve, reject })
        thread.postMessage(toQuestion(id))
      })
    } finally {
      clearTimeout(timer)
      pending.delete(id)
      if (pending.size === 0) endWhenIdle()
    }
  }

  return {
    request: async (toQuestion) => {
      if (!limit) return await send(toQuestion)
      const own = lastRequest.then(() => send(toQuestion))
      lastRequest = own.catch(() => {})
      return await own
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
      const one = pending.get(message.id)
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
    onThreadEnd()
    for (const one of pending.values()) one.reject(error)
  }

  function endWhenIdle(): void {
    worker?.unref()
    idle = setTimeout(() => {
      const thread = worker
      worker = undefined
      onThreadEnd()
      void thread?.terminate()
    }, options.idleMs)
    idle.unref()
  }
}
