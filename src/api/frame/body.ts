import { AppError } from '../../contract/errors.ts'
import { phrase } from '../../contract/fields.ts'
import { parseJson } from '../../contract/values.ts'

/**
 * Reads and parses a JSON body. Returns an empty object for a request without a body. Throws AppError `invalid` for
 * another content type or text that is not JSON, and `too_large` beyond `bytesMax`.
 */
export async function readJson(request: Request, bytesMax: number): Promise<unknown> {
  if (!hasBody(request)) return {}
  if (!/^application\/json\b/.test(request.headers.get('content-type') ?? ''))
    throw new AppError('invalid', { detail: phrase('body_type') })
  if (Number(request.headers.get('content-length') ?? 0) > bytesMax) throw new AppError('too_large', { max: bytesMax })

  const text = await readText(request, bytesMax)
  try {
    return parseJson(text)
  } catch {
    throw new AppError('invalid', { detail: phrase('body_not_json') })
  }
}

/** Yields the chunks of a body. Throws AppError `too_large` once their total exceeds `bytesMax`. */
export async function* capBytes(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > bytesMax) throw new AppError('too_large', { max: bytesMax })
    yield chunk
  }
}

function hasBody({ headers }: Request): boolean {
  return Number(headers.get('content-length') ?? 0) > 0 || headers.has('transfer-encoding')
}

/**
 * Reads a body as text. If there is a `content-length`, `readJson` has already checked it. Otherwise the bytes are
 * counted as they arrive, and more than `bytesMax` throw AppError `too_large`.
 */
async function readText(request: Request, bytesMax: number): Promise<string> {
  if (request.headers.has('content-length')) return await request.text()
  const chunks: Uint8Array[] = []
  for await (const chunk of capBytes(request.body ?? [], bytesMax)) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
