import { afterEach } from 'vitest'

/** A place that a contract suite tests, with the machine behind it. */
interface Closable {
  close(): void | Promise<void>
}

/**
 * Returns a function that opens a new place. After each test it closes the places of that test. `beforeClose` runs
 * first, for example to end processes.
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
