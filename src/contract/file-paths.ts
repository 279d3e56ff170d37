/**
 * The text of a path of bytes, in which a byte that is no UTF-8 stands as `\xE9`. A backslash that would look like the
 * beginning of such a byte is one itself, so that every path has a text of its own and `pathBytes` gives it back.
 */
export function pathText(bytes: Uint8Array): string {
  return plainText(bytes) ?? escapedText(bytes)
}

/** Nearly every path is UTF-8 without a backslash: ten thousand of them are read at every upload. */
function plainText(bytes: Uint8Array): string | undefined {
  try {
    const text = decoder.decode(bytes)
    return text.includes('\\') ? undefined : text
  } catch {
    return undefined
  }
}

function escapedText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const size = looksEscaped(bytes, at) ? 0 : charSize(bytes, at)
    text += size === 0 ? escapeByte(bytes[at]!) : decoder.decode(bytes.subarray(at, at + size))
    at += Math.max(1, size)
  }
  return text
}

/** The same for a path that is sent to other machines: whatever one of them could read as another path stands as bytes too. */
export function portablePathText(bytes: Uint8Array): string {
  const text = pathText(bytes).replace(
    /\\(?!x[0-9A-F]{2})|[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g,
    escapeChar,
  )
  return text.replace(/^([A-Za-z]):/, (_, letter: string) => letter + escapeChar(':'))
}

/** The bytes that a text of a path stands for. */
export function pathBytes(text: string): Uint8Array {
  if (!text.includes('\\')) return encoder.encode(text)
  const parts = text
    .split(/\\x([0-9A-F]{2})/)
    .map((part, index) => (index % 2 === 0 ? encoder.encode(part) : Uint8Array.of(Number.parseInt(part, 16))))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** Whether a relative path stays in its folder and names something in it. */
export function isInside(bytes: Uint8Array): boolean {
  // One character a byte: only `/`, `.` and NUL mean anything here.
  const parts = singleBytes.decode(bytes).split('/')
  return !bytes.includes(0) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

const encoder = new TextEncoder()
const singleBytes = new TextDecoder('latin1')
// A mark at the beginning of a name belongs to it.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether a backslash of the path itself stands here and would be read as the beginning of a byte. */
function looksEscaped(bytes: Uint8Array, at: number): boolean {
  return /^\\x[0-9A-F]{2}/.test(String.fromCharCode(...bytes.subarray(at, at + 4)))
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

function escapeChar(char: string): string {
  return Array.from(encoder.encode(char), escapeByte).join('')
}

/** Bytes of the character that begins here; 0 where none does. */
function charSize(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!
  const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (size === 1) return 1
  try {
    return [...decoder.decode(bytes.subarray(at, at + size))].length === 1 && at + size <= bytes.length ? size : 0
  } catch {
    return 0
  }
}
