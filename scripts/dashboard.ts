import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'dashboard')
/** Limit of `firstLoadBytes`. */
const FIRST_LOAD_MAX = 180_000

/**
 * Builds the dashboard into `dist/dashboard`. Throws if types are wrong or texts missing, or if the first load is too
 * large.
 */
export function buildDashboard(): void {
  for (const [tool, ...args] of [
    ['tsc', '-p', 'dashboard/tsconfig.json', '--noEmit'],
    ['vite', 'build', '--config', 'dashboard/vite.config.ts', '--logLevel', 'warn'],
  ]) {
    // NODE_ENV of the caller must not change the build: the tests run with another one.
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

/** Builds the dashboard if there is no build or a source is newer than the last build. */
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

/**
 * Returns the size, in bytes after gzip, of the scripts that the run list loads before it shows anything: the scripts
 * of the page, their static imports, and the Japanese texts.
 */
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
    // Static imports only: `import("…")` loads its file later.
    for (const match of readFileSync(join(assets, name), 'utf8').matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g))
      waiting.push(match[1]!)
  }

  const files = [join(built, 'first-paint.js'), ...[...seen].map((name) => join(assets, name))]
  return files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0)
}
