import { afterEach } from 'vitest'

/** A place: the implementation that a contract suite tests, and the machine or the files behind it. */
interface Closable {
  close(): void | Promise<void>
}

/**
 * Returns a function that opens a new place by `openNew`. After each test closes all places that the test opened.
 * `beforeClose` is called before, for example to end processes.
 */
export function openPlaces<T extends Closable>(openNew: () => T, beforeClose = async (): Promise<void> => {}): () => T {
  const places: T[] = []
  afterEach(async () => {
    await beforeClose()
    for (const place of places.splice(0)) await place.close()
  })

  return () => {
    const place = openNew()
    places.push(place)
    return place
  }
}
