import type { Size } from './canvas-chart.tsx'

/** Number of lines that are drawn between two looks at the clock. */
const LINES_PER_CLOCK_CHECK = 32

/**
 * A picture of many lines that is drawn over several frames, so that no frame is late. It is kept until its contents
 * change; while it is incomplete, it shows the lines that were drawn first.
 */
export class IncrementalLayer {
  readonly #canvas = document.createElement('canvas')
  #key: readonly unknown[] = []
  #next = 0

  /**
   * Continues to draw until a time of `performance.now()`, but at least 32 lines.
   * @param key - All that the picture depends on besides its size. Where any of it differs, drawing starts again.
   * @param lines - What is drawn, in this order, each by `draw`, in CSS pixels.
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
      // The browser only queues the lines. Reading a pixel makes it draw them; the clock would measure nothing
      // otherwise.
      context.getImageData(0, 0, 1, 1)
      if (performance.now() > until) break
    }

    return this.#next >= lines.length
  }

  /** Copies the picture onto another canvas. */
  copyTo(context: CanvasRenderingContext2D, size: Size): void {
    if (this.#next > 0) context.drawImage(this.#canvas, 0, 0, size.width, size.height)
  }
}
