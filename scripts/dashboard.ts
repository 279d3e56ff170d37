import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'dashboard')
/** What the first page loads, compressed. */
const FIRST_LOAD_MAX = 180_000

/** Builds the dashboard into `dist/dashboard`. Throws when a text is missing or the first load is above its limit. */
export function buildDashboard(): void {
  for (const [tool, ...args] of [
    ['tsc', '-p', 'dashboard/tsconfig.json', '--noEmit'],
    ['vite', 'build', '--config', 'dashboard/vite.config.ts', '--logLevel', 'warn'],
  ]) {
    // Whoever builds it, for a test or for people, builds the same.
    const env = { ...process.env, NODE_ENV: 'production' }
    const { status, stdout, stderr } = spawnSync(join(root, 'node_modules', '.bin', tool!), args, {
      cwd: root,
      env,
      encoding: 'utf8',
    })
    if (status !== 0) throw new Error(`the dashboard cannot be built:\n${stdout}${stderr}`)
  }
  const bytes = firstLoadBytes()
  if (bytes > FIRST_LOAD_MAX)
    throw new Error(`the first load of the dashboard is ${bytes} bytes of compressed script, above ${FIRST_LOAD_MAX}`)
}

/** The same, where the sources are newer than what was built of them. */
export function ensureDashboard(): void {
  if (isStale()) buildDashboard()
}

function isStale(): boolean {
  const page = join(built, 'index.html')
  if (!existsSync(page)) return true
  const builtAt = statSync(page).mtimeMs
  return ['dashboard', 'src/contract'].some((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).some(
      (entry) => entry.isFile() && statSync(join(entry.parentPath, entry.name)).mtimeMs > builtAt,
    ),
  )
}

/** Compressed bytes of the scripts that the list of runs loads before it shows anything: the page's own, what they import, one language. */
export function firstLoadBytes(): number {
  const assets = join(built, 'assets')
  const seen = new Set<string>()
  const waiting = [...readFileSync(join(built, 'index.html'), 'utf8').matchAll(/assets\/([\w.-]+\.js)/g)].map(
    (match) => match[1]!,
  )
  waiting.push(...readdirSync(assets).filter((name) => /^ja-.*\.js$/.test(name)))
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    if (seen.has(name)) continue
    seen.add(name)
    // Static imports only: `import("…")` comes later.
    for (const match of readFileSync(join(assets, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
      waiting.push(match[1]!)
  }
  const files = [join(built, 'first-paint.js'), ...[...seen].map((name) => join(assets, name))]
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)
}
