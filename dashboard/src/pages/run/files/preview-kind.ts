/** The way in which a file is shown. `none`: its content is not shown. */
export type PreviewKind =
  | { readonly type: 'none' }
  | { readonly type: 'image'; readonly mediaType: string }
  | { readonly type: 'table'; readonly separator: string }
  | { readonly type: 'markdown' | 'json' | 'text' }

const TEXT_MAX_BYTES = 2_000_000
const IMAGE_MAX_BYTES = 20_000_000

const IMAGES: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  // An SVG in an <img> runs no script and loads nothing.
  svg: 'image/svg+xml',
}

/** File name extensions of files that are not shown as text. */
const BINARY_EXTENSIONS = new Set([
  'pt',
  'pth',
  'pkl',
  'pickle',
  'npz',
  'npy',
  'h5',
  'onnx',
  'zip',
  'gz',
  'tar',
  'whl',
  'bin',
  'parquet',
  'so',
  'joblib',
])

/** Returns the way in which a file is shown, by its file name extension and its size. */
export function previewKindOf(path: string, sizeBytes: number): PreviewKind {
  const extension = path.split('.').at(-1)?.toLowerCase() ?? ''
  const mediaType = IMAGES[extension]
  if (mediaType !== undefined) return sizeBytes <= IMAGE_MAX_BYTES ? { type: 'image', mediaType } : { type: 'none' }
  if (sizeBytes > TEXT_MAX_BYTES || BINARY_EXTENSIONS.has(extension)) return { type: 'none' }

  switch (extension) {
    case 'csv':
      return { type: 'table', separator: ',' }
    case 'tsv':
      return { type: 'table', separator: '\t' }
    case 'md':
    case 'markdown':
      return { type: 'markdown' }
    case 'json':
      return { type: 'json' }
    default:
      return { type: 'text' }
  }
}

const CHECKED_CHARS = 1_000

/** Whether the content of a file is not text: there is a NUL character among its first 1,000. */
export function isBinary(text: string): boolean {
  return text.slice(0, CHECKED_CHARS).includes('\0')
}
