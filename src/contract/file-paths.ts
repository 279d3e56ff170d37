/**
 * Returns a text for a path of bytes. A byte that is not UTF-8 is escaped, such as `\xE9`. A backslash that would look
 * like the beginning of an escape is itself escaped. Every path therefore has a text of its own, which `pathBytes`
 * converts back.
 */
export function pathText(bytes: Uint8Array): string {
  return plainText(bytes) ?? escapedText(bytes)
}

/**
 * Fast path: nearly every path is UTF-8 without a backslash, and each upload reads ten thousand paths. Returns
 * undefined for all others.
 */
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

/**
 * Returns a text for a path that is sent to other machines. Besides the bytes that `pathText` escapes, it escapes every
 * character that could make another machine read another path.
 */
export function portablePathText(bytes: Uint8Array): string {
  const text = pathText(bytes).replace(
    /\\(?!x[0-9A-F]{2})|[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g,
    escapeChar,
  )
  return text.replace(/^([A-Za-z]):/, (_, letter: string) => letter + escapeChar(':'))
}

/** Returns the bytes that a text of `pathText` or `portablePathText` stands for. */
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

/** Whether a relative path stays inside its folder and names something in it. */
export function isInside(bytes: Uint8Array): boolean {
  // Latin-1 has one character per byte. Only `/`, `.` and NUL have a meaning here.
  const parts = singleBytes.decode(bytes).split('/')
  return !bytes.includes(0) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

const encoder = new TextEncoder()
const singleBytes = new TextDecoder('latin1')
// A byte order mark at the beginning of a name is part of the name.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether a backslash in the path itself begins here and would be read as an escape. */
function looksEscaped(bytes: Uint8Array, at: number): boolean {
  return /^\\x[0-9A-F]{2}/.test(String.fromCharCode(...bytes.subarray(at, at + 4)))
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

function escapeChar(char: string): string {
  return Array.from(encoder.encode(char), escapeByte).join('')
}

/** Returns the number of bytes of the character that begins here; 0 where none does. */
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
