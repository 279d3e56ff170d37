// A clone runs from a bundle of its sources. A bundle is named by a digest of their state, so that an edit makes a new
// one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import { root } from './setup.mjs'

const BUNDLES_KEPT = 10
const home = join(root, '.bundle')

/**
 * Returns the folder of the bundle of the present sources and makes the bundle if it is missing. Returns undefined if
 * the bundle cannot be made, for example because the development dependencies are not installed. `args` are the
 * arguments of the command line: `up` registers this process in the bundle, which is then kept for as long as the
 * server runs.
 */
export function findBundle(args) {
  const folder = join(home, digestSources())
  try {
    if (!existsSync(folder)) makeBundle(folder)
    if (args[0] === 'up') writeFileSync(join(folder, `${process.pid}.server`), '')
  } catch {
    return existsSync(folder) ? folder : undefined
  }
  return folder
}

/**
 * Returns a digest of the names, sizes, times and inodes of all files that go into a bundle. An edit that keeps the
 * size and restores the modification time still changes `ctime`, which only the kernel sets. If sources change while
 * they are bundled, the bundle gets a digest that never occurs again.
 */
function digestSources() {
  const names = ['package-lock.json', 'node_modules/.hagane-setup', 'scripts/bundle.ts', ...sourcesIn('src').sort()]

  const states = names.map((name) => {
    const { size, mtimeMs, ctimeMs, ino } = statSync(`${root}/${name}`)
    return `${name} ${size} ${mtimeMs} ${ctimeMs} ${ino}`
  })

  return createHash('sha256')
    .update([process.version, ...states].join('\n'))
    .digest('hex')
    .slice(0, 32)
}

// Runs at every start: three times as fast as `readdirSync` with `recursive`.
function sourcesIn(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourcesIn(name)
    return /(?<!\.test)\.ts$|\.sh$/.test(name) ? [name] : []
  })
}

/** Makes a bundle. If several processes make the same bundle, the first one to finish gives it its name. */
function makeBundle(folder) {
  if (!existsSync(join(root, 'node_modules', 'rolldown'))) throw new Error('no bundler')

  const draft = `${folder}.${process.pid}`
  mkdirSync(draft, { recursive: true })

  try {
    const { status } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', join(root, 'scripts', 'bundle.ts'), draft],
      { stdio: 'ignore' },
    )
    if (status !== 0) throw new Error('the bundler failed')
    renameSync(draft, folder)
  } finally {
    rmSync(draft, { recursive: true, force: true })
    removeOldBundles()
  }
}

/**
 * Removes all but the newest bundles. A bundle that a server runs from is kept, because the server loads files of it
 * later.
 */
function removeOldBundles() {
  const made = readdirSync(home).map((name) => ({ folder: join(home, name), at: statSync(join(home, name)).mtimeMs }))
  const old = made.sort((a, b) => b.at - a.at).slice(BUNDLES_KEPT)
  for (const { folder } of old) if (!isServedFrom(folder)) rmSync(folder, { recursive: true, force: true })
}

function isServedFrom(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.server'))
    .some((name) => isRunning(Number.parseInt(name, 10)))
}

function isRunning(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
