import type { Size } from './canvas-chart.tsx'

/** Number of lines that are drawn between two checks of the time. */
const LINES_PER_CLOCK_CHECK = 32

/**
 * A hidden canvas on which many lines are drawn over several frames, so that no frame takes too long. The lines stay on
 * it until its size or a part of `key` changes.
 */
export class IncrementalLayer {
  readonly #canvas = document.createElement('canvas')
  #key: readonly unknown[] = []
  #next = 0

  /**
   * Draws further lines until the time `until` of `performance.now()`, but at least 32.
   * @param key - All values on which the look of the lines depends, besides the size. If one of them differs from the
   * last call, the canvas is cleared and drawing starts again.
   * @param lines - The lines in the order of drawing. `draw` draws one of them, in CSS pixels.
   * @returns true once all lines are drawn.
   */
  advance<T>(
    key: readonly unknown[],
    {
      size,
      until,
      lines,
      draw,
    }: { size: Size; until: number; lines: readonly T[]; draw: (context: CanvasRenderingContext2D, line: T) => void },
  ): boolean {
    const context = this.#canvas.getContext('2d', { willReadFrequently: true })!
    const fullKey = [size.width, size.height, devicePixelRatio, ...key]
    if (fullKey.length !== this.#key.length || fullKey.some((part, i) => part !== this.#key[i])) {
      this.#key = fullKey
      this.#next = 0
      this.#canvas.width = Math.round(size.width * devicePixelRatio)
      this.#canvas.height = Math.round(size.height * devicePixelRatio)
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    }

    while (this.#next < lines.length) {
      draw(context, lines[this.#next]!)
      this.#next += 1
      if (this.#next % LINES_PER_CLOCK_CHECK > 0) continue
      // The browser only queues the lines. Reading a pixel forces the browser to draw them; otherwise the check would
      // not measure the time of drawing.
      context.getImageData(0, 0, 1, 1)
      if (performance.now() > until) break
    }

    return this.#next >= lines.length
  }

  /** Copies the lines that are drawn so far onto another canvas. */
  copyTo(context: CanvasRenderingContext2D, size: Size): void {
    if (this.#next > 0) context.drawImage(this.#canvas, 0, 0, size.width, size.height)
  }
}
