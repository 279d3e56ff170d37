import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** To the server, from it, or whatever comes first. */
export type Direction = 'up' | 'down' | 'both'

/** A TCP proxy that cuts connections where it is told to. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** How many connections were cut. */
  readonly cuts: number
  /** After so many further bytes the connection that carries the next one is cut; the rest of its bytes get lost. */
  cutAfter(bytes: number, direction?: Direction): void
}

export async function startProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let cut: { left: number; direction: Direction } | undefined
  let cuts = 0

  const pass = (from: Socket, to: Socket, direction: Direction): void => {
    from.on('data', (chunk: Buffer) => {
      if (cut && (cut.direction === 'both' || cut.direction === direction)) {
        if (chunk.length > cut.left) {
          to.write(chunk.subarray(0, cut.left))
          cut = undefined
          cuts += 1
          // What is on its way already still arrives: the other end cannot know where it was cut.
          to.end()
          from.destroy()
          return
        }
        cut.left -= chunk.length
      }
      to.write(chunk)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.end())
  }

  const server = createServer((client) => {
    const upstream = connect(targetPort, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
      socket.setNoDelay(true)
    }
    pass(client, upstream, 'up')
    pass(upstream, client, 'down')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get cuts() {
      return cuts
    },
    cutAfter: (bytes, direction = 'both') => {
      cut = { left: bytes, direction }
    },
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
