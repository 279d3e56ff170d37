import { createHash, randomFillSync } from 'node:crypto'

import type { Ids } from '../core/ports/ids.ts'

/** The ids, random numbers and digests of the process. */
export const ids: Ids = {
  uuid: uuid7,
  random: () => Math.random(),
  digest: (text) => createHash('sha256').update(text).digest('hex'),
}

/** Returns a UUID of version 7 (RFC 9562): 48 bits of milliseconds, then random bits. */
function uuid7(): string {
  const bytes = randomFillSync(Buffer.alloc(16))
  bytes.writeUIntBE(Date.now(), 0, 6)
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
