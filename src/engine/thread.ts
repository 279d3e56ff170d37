import { Worker } from 'node:worker_threads'

/** The answer to the request with the same id: the result as text, or the stack of an error. */
export type Answer = { readonly id: number; readonly found: string } | { readonly id: number; readonly error: string }

interface PendingRequest {
  readonly resolve: (found: string) => void
  readonly reject: (error: Error) => void
}

/** A worker thread that answers requests. */
export interface Thread<Request, Message = never> {
  /**
   * Sends a request, which `toRequest` makes from an id, and resolves to the text of the answer. Starts the thread if
   * there is none. Rejects if the thread fails or exceeds the time limit.
   */
  request(toRequest: (id: number) => Request): Promise<string>
  /** Sends a message that has no answer. Does nothing if the thread does not run. */
  post(message: Message): void
  /** Ends the thread. Requests without an answer are rejected. */
  end(): Promise<void>
}

export interface ThreadOptions<Notice> {
  /**
   * Name of the module that the thread executes, in this folder and without extension: the extension is `ts` in a
   * checkout and `js` in an installed package.
   */
  readonly module: string
  /** Time in ms after the last request at which the thread is ended to free its memory. */
  readonly idleMs: number
  /**
   * Time limit for a request, in ms. When it passes, the thread is ended and the request rejects with `error`. With a
   * limit, requests are processed one at a time.
   */
  readonly limit?: { readonly ms: number; readonly error: () => Error }
  /** Called with each message of the thread that is not an answer. */
  readonly onNotice?: (notice: Notice) => void
  /** Called when the thread has ended. All data that it received is lost. */
  readonly onThreadEnd?: () => void
}

/**
 * Creates a worker thread. It starts at the first request and ends after `idleMs` without a request; the next request
 * starts it again.
 */
export function createThread<Request, Message = never, Notice extends object = never>(
  options: ThreadOptions<Notice>,
): Thread<Request, Message> {
  const { limit, onThreadEnd = () => {} } = options
  const pending = new Map<number, PendingRequest>()
  let worker: Worker | undefined
  let idle: NodeJS.Timeout | undefined
  let sentCount = 0
  let lastRequest: Promise<unknown> = Promise.resolve()

  const send = async (toRequest: (id: number) => Request): Promise<string> => {
    clearTimeout(idle)
    const thread = (worker ??= start())
    const id = (sentCount += 1)
    thread.ref()

    const timer = limit && setTimeout(() => end(thread, limit.error()), limit.ms)

    try {
      return await new Promise<string>((resolve, reject) => {
        pending.set(id, { resolve, reject })
        thread.postMessage(toRequest(id))
      })
    } finally {
      clearTimeout(timer)
      pending.delete(id)
      if (pending.size === 0) endWhenIdle()
    }
  }

  return {
    request: async (toRequest) => {
      if (!limit) return await send(toRequest)
      const own = lastRequest.then(() => send(toRequest))
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
