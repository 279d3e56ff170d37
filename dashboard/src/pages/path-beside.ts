/**
 * The path of a file that a text in another file names, as links are written: relative to that text or, after a `/`, to the top
 * folder. `..` ends at the top folder.
 */
export function pathBeside(file: string, reference: string): string {
  const written = decode(reference.split(/[?#]/, 1)[0]!)
  const parts = written.startsWith('/') ? [] : file.split('/').slice(0, -1)
  for (const part of written.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** A percent sign that encodes nothing stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
