import { tickFont, cssToken } from '../charts/theme.ts'
import { saveBlob } from './save-file.ts'

const HEAD_PX = 34
const PAD_PX = 12

/**
 * Saves the chart of a panel as a PNG file: its title, its canvases as they are on the screen, and the labels of its
 * lines. For a panel without canvases, its texts and filled boxes are drawn.
 */
export async function savePicture(panel: HTMLElement, title: string): Promise<void> {
  const canvases = [...panel.querySelectorAll('canvas')].filter((canvas) => canvas.clientWidth > 0)
  const frame = panel.getBoundingClientRect()
  const body = [...panel.children].filter((part) => part.tagName !== 'HEADER')
  const boxes = (canvases.length > 0 ? canvases : body).map((part) => part.getBoundingClientRect())
  const top = Math.min(...boxes.map((box) => box.top))
  const height = Math.max(...boxes.map((box) => box.bottom)) - top + HEAD_PX

  const picture = document.createElement('canvas')
  picture.width = Math.round(frame.width * devicePixelRatio)
  picture.height = Math.round(height * devicePixelRatio)
  const context = picture.getContext('2d')!
  context.scale(devicePixelRatio, devicePixelRatio)

  context.fillStyle = cssToken('--panel')
  context.fillRect(0, 0, frame.width, height)

  context.textBaseline = 'middle'
  context.font = tickFont(13, 600)
  context.fillStyle = cssToken('--ink')
  context.fillText(title, PAD_PX, HEAD_PX / 2, frame.width - 2 * PAD_PX)

  canvases.forEach((canvas, i) => {
    const box = boxes[i]!
    context.drawImage(canvas, box.left - frame.left, box.top - top + HEAD_PX, box.width, box.height)
  })
  if (canvases.length === 0) for (const part of body) drawPlain(context, part, { x: frame.left, y: top - HEAD_PX })
  for (const label of panel.querySelectorAll<HTMLElement>('[data-line-labels] li'))
    drawLabel(context, label, { x: frame.left, y: top - HEAD_PX })

  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve))
  if (blob) saveBlob(`${title.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')}.png`, blob)
}

/**
 * Draws the label of a line after a short piece of that line. `origin` is the position in
 * the window of the top left corner of the picture.
 */
function drawLabel(context: CanvasRenderingContext2D, label: HTMLElement, origin: Point): void {
  const [sample, name] = [label.querySelector('svg path'), label.querySelector('span') ?? label]
  const box = name.getBoundingClientRect()
  const middle = box.top + box.height / 2 - origin.y

  if (sample) {
    const { left, right } = label.querySelector('svg')!.getBoundingClientRect()
    const style = getComputedStyle(sample)
    context.strokeStyle = style.stroke
    context.lineWidth = Number.parseFloat(style.strokeWidth)
    context.setLineDash(style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(Number.parseFloat))
    context.beginPath()
    context.moveTo(left - origin.x, middle)
    context.lineTo(right - origin.x, middle)
    context.stroke()
    context.setLineDash([])
  }

  context.font = tickFont()
  context.fillStyle = cssToken('--ink')
  context.fillText(name.textContent ?? '', box.left - origin.x, middle, box.width)
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Draws the background fills and texts of an element and all elements within it, where they are on the screen. */
function drawPlain(context: CanvasRenderingContext2D, element: Element, origin: Point): void {
  const box = element.getBoundingClientRect()
  const style = getComputedStyle(element)
  const fill = element.tagName === 'rect' ? style.fill : element instanceof HTMLElement ? style.backgroundColor : 'none'
  if (fill !== 'none' && !fill.endsWith(', 0)')) {
    context.fillStyle = fill
    context.fillRect(box.left - origin.x, box.top - origin.y, box.width, box.height)
  }

  for (const child of element.childNodes) {
    if (child instanceof Element) drawPlain(context, child, origin)
    else if (child.nodeType === Node.TEXT_NODE && child.textContent?.trim()) drawText(context, child, { style, origin })
  }
}

function drawText(
  context: CanvasRenderingContext2D,
  text: Node,
  { style, origin }: { style: CSSStyleDeclaration; origin: Point },
): void {
  const range = document.createRange()
  range.selectNodeContents(text)
  const box = range.getBoundingClientRect()
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`
  context.fillStyle = style.color
  context.textBaseline = 'middle'
  context.fillText(text.textContent!, box.left - origin.x, box.top + box.height / 2 - origin.y)
}
