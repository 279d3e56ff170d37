// Installs Node 24 and the dependencies of a clone if they are missing. Plain JavaScript for Node 20 and newer: this
// file runs before Node 24 and before any dependency is installed. It writes to standard error only.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NODE_MAJOR_MIN = 24
const NODE_VERSION = '24.21.0'
const LOCK_WAIT_MS = 300_000

/** Root folder of the clone or of the installed package. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Whether this is a clone, which contains the sources, or an installed package, which contains compiled files. */
export const isClone = existsSync(join(root, 'package-lock.json')) && existsSync(join(root, 'src'))

/** Returns the user's folder for files that can be downloaded or made again. */
export function cacheHome() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'hagane')
}

/**
 * Returns the path of a Node executable, version 24 or newer. Installs it, and the dependencies of a clone, if they are
 * missing. `level` is 'runtime' or 'dev'; 'dev' includes the development dependencies.
 */
export function ensureReady(level) {
  const node = ensureNode()
  if (isClone) ensureDependencies(level)
  return node
}

function ensureNode() {
  if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) return process.execPath

  const home = join(cacheHome(), `node-${NODE_VERSION}`)
  const name = `${process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node'}-${process.platform}-${process.arch}`
  const binary = join(home, 'node_modules', name, 'bin', 'node')
  const ready = join(home, 'ready')
  if (existsSync(ready)) return binary

  try {
    mkdirSync(home, { recursive: true })
  } catch (error) {
    fail(`cannot create ${home}: ${error.message}; set XDG_CACHE_HOME to a folder you may write to, or install Node 24`)
  }

  withLock(join(home, 'lock'), () => {
    if (existsSync(ready)) return
    printLine(`hagane: fetching Node ${NODE_VERSION} (this machine has ${process.versions.node}) ...`)
    writeFileSync(join(home, 'package.json'), '{"private":true}')
    npm(['install', '--no-save', '--ignore-scripts', `${name}@${NODE_VERSION}`], home)
    const check = spawnSync(binary, ['--version'], { encoding: 'utf8' })
    if (check.status !== 0)
      fail(
        `the Node ${NODE_VERSION} from npm does not start on this machine (${check.error ?? check.stderr}); install Node 24 or newer and try again`,
      )
    writeFileSync(ready, NODE_VERSION)
  })
  return binary
}

function ensureDependencies(level) {
  const stamp = join(root, 'node_modules', '.hagane-setup')
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex')
  if (isSatisfied(stamp, wanted, level)) return

  withLock(join(root, '.setup-lock'), () => {
    if (isSatisfied(stamp, wanted, level)) return
    printLine(
      level === 'dev' ? 'hagane: installing dependencies and test tools ...' : 'hagane: installing dependencies ...',
    )
    npm(['ci', '--ignore-scripts', ...(level === 'dev' ? ['--include=dev'] : ['--omit=dev'])], root)
    writeFileSync(stamp, `${wanted} ${level}`)
  })
}

function isSatisfied(stamp, wanted, level) {
  if (!existsSync(stamp)) return false
  const [hash, present] = readFileSync(stamp, 'utf8').split(' ')
  return hash === wanted && (present === 'dev' || present === level)
}

function npm(args, cwd) {
  // The variables of an enclosing `npm run` would change what this npm does.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_(global|prefix|local_prefix|omit|include|production)|lifecycle|package)/i.test(name),
    ),
  )

  const result = spawnSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (result.status !== 0) fail(`npm ${args[0]} failed in ${cwd}:\n${result.error ?? ''}${result.stderr ?? ''}`)
}

/**
 * Runs `work` while it holds a lock that works between processes. Fails if the lock is not free within LOCK_WAIT_MS.
 */
function withLock(lock, work) {
  const startedAt = Date.now()
  while (!tryLock(lock)) {
    if (Date.now() - startedAt > LOCK_WAIT_MS)
      fail(`another set-up holds ${lock}; remove that folder if none is running`)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
  }

  try {
    work()
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * Creates the lock folder. Returns false if it exists; if the process that created it has ended, removes it for the
 * next try.
 */
function tryLock(lock) {
  try {
    mkdirSync(lock)
    writeFileSync(join(lock, 'pid'), String(process.pid))
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') fail(`cannot write to ${dirname(lock)}: ${error.message}`)
    if (hasHolderEnded(lock)) rmSync(lock, { recursive: true, force: true })
    return false
  }
}

function hasHolderEnded(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function printLine(line) {
  process.stderr.write(`${line}\n`)
}

function fail(message) {
  printLine(`hagane: ${message}`)
  process.exit(1)
}
