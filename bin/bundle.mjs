// Bundles of a clone, each known by the state of the sources that it was made of: an edit makes another one.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'

import { root } from './setup.mjs'

const BUNDLES_KEPT = 10
const home = join(root, '.bundle')

/** Folder of the bundle of the sources as they are now, made where it is missing; undefined where it cannot be made, as without the test tools. */
export function findBundle(words) {
  const folder = join(home, stateOfSources())
  try {
    if (!existsSync(folder)) make(folder)
    if (words[0] === 'up') writeFileSync(join(folder, `${process.pid}.server`), '')
  } catch {
    return existsSync(folder) ? folder : undefined
  }
  return folder
}

/**
 * Names, sizes and times of all that goes into a bundle. The time of change is the kernel's: an edit that keeps size and
 * time of modification still changes it. Sources that change while they are bundled leave a bundle under a state that never
 * comes again.
 */
function stateOfSources() {
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

// Three times as quick as Node's own listing of folders in folders, and done at every start.
function sourcesIn(folder) {
  return readdirSync(`${root}/${folder}`, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory()) return sourcesIn(name)
    return /(?<!\.test)\.ts$|\.sh$/.test(name) ? [name] : []
  })
}

/** Several may make the same one at once: the first to be done gives it its name. */
function make(folder) {
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
    forgetOthers()
  }
}

/** Removes the bundles that were made longest ago, and none that a server still runs from: it reads files of it later on. */
function forgetOthers() {
  const made = readdirSync(home).map((name) => ({ folder: join(home, name), at: statSync(join(home, name)).mtimeMs }))
  const old = made.sort((a, b) => b.at - a.at).slice(BUNDLES_KEPT)
  for (const { folder } of old) if (!isServedFrom(folder)) rmSync(folder, { recursive: true, force: true })
}

function isServedFrom(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.server'))
    .some((name) => isAlive(Number.parseInt(name, 10)))
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
