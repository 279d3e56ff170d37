/**
 * Returns a file path as text, which `pathBytes` converts back. Linux paths are bytes: a byte that is not part of valid
 * UTF-8 is escaped, such as `\xE9`, and so is a backslash of the path where `pathBytes` would read an escape. Different
 * paths have different texts.
 */
export function pathText(bytes: Uint8Array): string {
  return plainText(bytes) ?? escapedText(bytes)
}

/**
 * Returns the text of a path that needs no escapes; undefined if the path is not UTF-8 or contains a backslash. This
 * fast path exists because an upload may read ten thousand paths, and nearly none needs escapes.
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
 * Returns a file path as text for other machines. Besides the bytes that `pathText` escapes, it escapes characters that
 * some systems or screens read differently: backslashes, control characters, marks of text direction, and the colon
 * after a drive letter.
 */
export function portablePathText(bytes: Uint8Array): string {
  const text = pathText(bytes).replace(
    /\\(?!x[0-9A-F]{2})|[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g,
    escapeChar,
  )
  return text.replace(/^([A-Za-z]):/, (_, letter: string) => letter + escapeChar(':'))
}

/** Returns the bytes of the path that `pathText` or `portablePathText` converted to this text. */
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

/** Whether a relative path names something below its folder: no part is empty, `.` or `..`, and no byte is NUL. */
export function isInside(bytes: Uint8Array): boolean {
  // The path may be invalid UTF-8. Latin-1 decodes any byte to one character, and `/` and `.` are ASCII.
  const parts = singleBytes.decode(bytes).split('/')
  return !bytes.includes(0) && parts.every((part) => part !== '' && part !== '.' && part !== '..')
}

const encoder = new TextEncoder()
const singleBytes = new TextDecoder('latin1')
// `ignoreBOM` keeps a byte order mark at the beginning of a name in the text.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Whether the bytes of the path at offset `at` look like an escape such as `\xE9`, so that `\` must be escaped. */
function looksEscaped(bytes: Uint8Array, at: number): boolean {
  return /^\\x[0-9A-F]{2}/.test(String.fromCharCode(...bytes.subarray(at, at + 4)))
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`
}

function escapeChar(char: string): string {
  return Array.from(encoder.encode(char), escapeByte).join('')
}

/** Returns the number of bytes of the UTF-8 character at offset `at`; 0 where no valid character begins there. */
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
