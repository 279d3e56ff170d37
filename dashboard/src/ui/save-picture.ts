import { tickFont, token } from '../charts/theme.ts'
import { saveBlob } from './save-file.ts'

const HEAD_PX = 34
const PAD_PX = 12

/** Saves a panel's chart as a picture: its title, its canvases as they are on the screen, and the names beside its lines. */
export async function savePicture(panel: HTMLElement, title: string): Promise<void> {
  const canvases = [...panel.querySelectorAll('canvas')].filter((canvas) => canvas.clientWidth > 0)
  const frame = panel.getBoundingClientRect()
  const boxes = canvases.map((canvas) => canvas.getBoundingClientRect())
  const top = Math.min(...boxes.map((box) => box.top))
  const height = Math.max(...boxes.map((box) => box.bottom)) - top + HEAD_PX
  const picture = document.createElement('canvas')
  picture.width = Math.round(frame.width * devicePixelRatio)
  picture.height = Math.round(height * devicePixelRatio)
  const context = picture.getContext('2d')!
  context.scale(devicePixelRatio, devicePixelRatio)
  context.fillStyle = token('--panel')
  context.fillRect(0, 0, frame.width, height)
  context.textBaseline = 'middle'
  context.font = tickFont(13, 600)
  context.fillStyle = token('--ink')
  context.fillText(title, PAD_PX, HEAD_PX / 2, frame.width - 2 * PAD_PX)
  canvases.forEach((canvas, i) => {
    const box = boxes[i]!
    context.drawImage(canvas, box.left - frame.left, box.top - top + HEAD_PX, box.width, box.height)
  })
  context.font = tickFont()
  for (const label of panel.querySelectorAll<HTMLElement>('.labels li')) {
    const box = label.getBoundingClientRect()
    const mark = label.querySelector('svg *')
    context.fillStyle = mark ? getComputedStyle(mark).stroke : token('--ink')
    context.fillText(label.textContent ?? '', box.left - frame.left, box.top + box.height / 2 - top + HEAD_PX, box.width)
  }
  const blob = await new Promise<Blob | null>((resolve) => picture.toBlob(resolve))
  if (blob) saveBlob(`${title.replaceAll(/[^\p{L}\p{N}_.-]+/gu, '_')}.png`, blob)
}
