/**
 * Resolves a link in a file to the path of another file: relative to the folder of the file or, after a leading `/`, to
 * the top folder. `..` does not leave the top folder. Query and fragment are dropped.
 */
export function resolveLink(file: string, reference: string): string {
  const target = decode(reference.split(/[?#]/, 1)[0]!)
  const parts = target.startsWith('/') ? [] : file.split('/').slice(0, -1)
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** Decodes percent-encoding; returns a text with an invalid encoding unchanged. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
