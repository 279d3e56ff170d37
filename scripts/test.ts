import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'

import { startTestServer } from '../test/support/server.ts'
import { ensureDashboard } from './dashboard.ts'

/**
 * Runs the quick tests of the server, and the tests of the Python client with every installed Python from 3.6 on. With
 * --faults, runs the slow tests of the server alone. Prints the skipped tests and, on the last line, the counts. If CI is set, a skipped
 * test fails the run unless it was skipped for lack of a network.
 */
const root = join(import.meta.dirname, '..')
const isFaults = process.argv.includes('--faults')
const isCi = Boolean(process.env['CI'])
// The client's tests mostly wait, so more of them than there are cores can run in parallel.
const PYTHONS_AT_ONCE = 8
const total = { passed: 0, failed: 0, skipped: [] as string[] }

ensureDashboard()
runVitest()
if (!isFaults) await runPythons(findPythons())
for (const name of total.skipped) console.log(`skipped: ${name}`)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`)
process.exit(total.failed > 0 || (isCi && total.skipped.some((name) => !name.includes('(no Python index)'))) ? 1 : 0)

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

function runVitest(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-report-'))
  const file = join(folder, 'report.json')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]

  const { status } = spawnSync(join(root, 'node_modules', '.bin', 'vitest'), args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH: withOwnNode(), HAGANE_TEST_FAULTS: isFaults ? '1' : '0' },
  })

  const report = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as VitestReport) : undefined
  rmSync(folder, { recursive: true, force: true })
  total.passed += report?.numPassedTests ?? 0
  total.failed += report?.numFailedTests ?? 0
  // Vitest does not count test files that fail to load among the failed tests: count one failure for all of them.
  if (status !== 0 && (report?.numFailedTests ?? 0) === 0) total.failed += 1

  const results = report?.testResults.flatMap((result) => result.assertionResults) ?? []
  total.skipped.push(
    ...results
      .filter((result) => result.status === 'skipped' || result.status === 'pending')
      .map((result) => result.fullName),
  )
}

function withOwnNode(): string {
  return `${join(process.execPath, '..')}:${process.env['PATH']}`
}

interface Python {
  readonly executable: string
  readonly version: string
}

/** Finds one interpreter for each version of Python from 3.6 on, on the PATH and among the versions of pyenv. */
function findPythons(): Python[] {
  const pyenv = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  const installed = existsSync(pyenv) ? readdirSync(pyenv).map((name) => join(pyenv, name, 'bin', 'python')) : []
  const onPath = ['python3', ...Array.from({ length: 12 }, (_, index) => `python3.${index + 6}`)]

  const found = new Map<string, Python>()
  for (const name of [...onPath, ...installed]) {
    const { stdout, status } = spawnSync(
      name,
      ['-c', 'import sys; print(sys.executable, "%d.%d" % sys.version_info[:2])'],
      { encoding: 'utf8' },
    )
    const [executable, version] = status === 0 ? stdout.trim().split(' ') : []
    if (executable && version && /^3\.([6-9]|\d\d)$/.test(version) && !found.has(version))
      found.set(version, { executable, version })
  }

  return [...found.values()]
}

async function runPythons(pythons: readonly Python[]): Promise<void> {
  await using server = await startTestServer()
  const waiting = [...pythons]
  const lane = async (): Promise<void> => {
    for (let python = waiting.shift(); python; python = waiting.shift())
      report(python, await runPython(python, { HAGANE_TEST_SERVER: server.url, HAGANE_TEST_TOKEN: server.readToken() }))
  }
  await Promise.all(Array.from({ length: PYTHONS_AT_ONCE }, lane))
}

async function runPython(
  { executable }: Python,
  serverEnv: NodeJS.ProcessEnv,
): Promise<{ status: number | null; output: string }> {
  const client = join(root, 'clients', 'python')
  const child = spawn(executable, ['-m', 'unittest', 'discover', '-s', join(client, 'tests'), '-t', client], {
    cwd: client,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...serverEnv, PYTHONDONTWRITEBYTECODE: '1' },
  })

  let output = ''
  child.stderr.on('data', (chunk) => (output += chunk))
  return { status: await new Promise((resolve) => child.once('close', resolve)), output }
}

function report({ version }: Python, { status, output }: { status: number | null; output: string }): void {
  const count = (pattern: RegExp): number => Number(pattern.exec(output)?.[1] ?? 0)
  const ran = count(/Ran (\d+) tests?/)
  const broken = count(/failures=(\d+)/) + count(/errors=(\d+)/)
  const skipped = count(/skipped=(\d+)/)

  if (status !== 0) console.log(output)
  console.log(`Python ${version} client: ${ran - broken - skipped} passed, ${broken} failed, ${skipped} skipped`)
  total.passed += ran - broken - skipped
  total.failed += broken + (ran === 0 || (status !== 0 && broken === 0) ? 1 : 0)
  if (skipped > 0) total.skipped.push(`Python ${version} client: ${skipped} tests`)
}
