import type { Size } from './canvas.tsx'

const BETWEEN_LOOKS = 32

/**
 * A picture of many lines that comes about over several frames, so that no frame is late. It is kept until what it shows
 * changes; while it is not complete, it shows what was drawn first.
 */
export class Layer {
  readonly #canvas = document.createElement('canvas')
  #key: readonly unknown[] = []
  #next = 0

  /**
   * Draws on until a moment of `performance.now()`, but at least a few lines.
   * @param key - What the picture depends on besides its size: where any of it differs, the picture is begun anew.
   * @param lines - What is drawn in this order, each by `draw`, in CSS pixels.
   * @returns true once all is drawn.
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
    const whole = [size.width, size.height, devicePixelRatio, ...key]
    if (whole.length !== this.#key.length || whole.some((part, i) => part !== this.#key[i])) {
      this.#key = whole
      this.#next = 0
      this.#canvas.width = Math.round(size.width * devicePixelRatio)
      this.#canvas.height = Math.round(size.height * devicePixelRatio)
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    }
    while (this.#next < lines.length) {
      draw(context, lines[this.#next]!)
      this.#next += 1
      if (this.#next % BETWEEN_LOOKS > 0) continue
      // Lines are only noted down until someone looks: without a look, the clock would measure nothing.
      context.getImageData(0, 0, 1, 1)
      if (performance.now() > until) break
    }
    return this.#next >= lines.length
  }

  putOn(context: CanvasRenderingContext2D, size: Size): void {
    if (this.#next > 0) context.drawImage(this.#canvas, 0, 0, size.width, size.height)
  }
}
