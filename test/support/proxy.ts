import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** Direction of bytes: to the server, from the server, or both. */
export type Direction = 'up' | 'down' | 'both'

/** A TCP proxy that can cut a connection after a given number of bytes. Disposal closes all connections. */
export interface Proxy extends AsyncDisposable {
  readonly port: number
  /** Number of connections cut so far. */
  readonly cutCount: number
  /**
   * Arranges one cut. After `bytes` further bytes in the direction (default: both), counted over all connections, the
   * connection that carries the next byte is cut and the rest of its bytes are lost.
   */
  cutAfter(bytes: number, direction?: Direction): void
}

/** Starts a proxy on a free port of 127.0.0.1 that forwards to `targetPort` of 127.0.0.1. */
export async function startProxy(targetPort: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let cut: { left: number; direction: Direction } | undefined
  let cutCount = 0

  const forward = (from: Socket, to: Socket, direction: Direction): void => {
    from.on('data', (chunk: Buffer) => {
      if (cut && (cut.direction === 'both' || cut.direction === direction)) {
        if (chunk.length > cut.left) {
          to.write(chunk.subarray(0, cut.left))
          cut = undefined
          cutCount += 1
          // `end` delivers the bytes that were written before, so that the receiver gets all bytes up to the cut.
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
    forward(client, upstream, 'up')
    forward(upstream, client, 'down')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    get cutCount() {
      return cutCount
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
