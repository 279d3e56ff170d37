import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { findFreePort } from '../support/postgres.ts'

const GROUP =
  'version: 1\nkind: group\nhptuning:\n  concurrency: 4\n  metric: {name: loss, optimization: minimize}\n  auto: {n_experiments: 24}\n  matrix: {x: {uniform: [0, 1]}}\nrun:\n  cmd: python valley.py {{ x }}\n'
const LIBRARY = `import { createSearch } from 'hagane/search'
const search = createSearch({ space: [{ name: 'x', type: 'float', low: 0, high: 1 }], trials: 30 })
console.log(search.ask(10).length)`

const root = join(import.meta.dirname, '../..')

it('The packed project works when it is installed into an empty folder', { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hagane-pack-'))
  const home = join(folder, 'home')
  const project = join(folder, 'project')
  for (const path of [home, project]) mkdirSync(path)
  const env = { ...process.env, HAGANE_DATA: join(folder, 'data'), HAGANE_PORT: String(await findFreePort()) }

  const call = (command: string, args: string[], cwd: string) => {
    const result = spawnSync(command, args, { cwd, env, encoding: 'utf8' })
    expect([command, args[0], result.status, result.stderr]).toEqual([command, args[0], 0, expect.anything()])
    return result.stdout
  }

  call('npm', ['pack', '--silent', '--pack-destination', folder], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!

  writeFileSync(join(project, 'package.json'), '{"private":true}')
  call('npm', ['install', '--no-audit', '--no-fund', '--silent', join('..', tarball)], project)
  writeFileSync(
    join(project, 'trial.py'),
    'from hagane import Experiment\nExperiment().log_metrics(x=1)\nprint("packed")\n',
  )
  writeFileSync(
    join(project, 'run.yml'),
    'version: 1\nkind: experiment\nbuild: {image: any, build_steps: [echo built]}\nrun: {cmd: python trial.py}\n',
  )

  try {
    call('npx', ['hagane', 'run', '-f', 'run.yml', '--wait'], project)
    expect(call('npx', ['hagane', 'logs', '1'], project)).toBe('packed\n')
    expect(call('npx', ['hagane', 'metrics', '1', 'x', '--json'], project)).toContain('"value":1')
    expect(call('npx', ['hagane', 'logs', '2'], project)).toContain('built')

    // Filters are answered in a thread whose module is a separate file of the package.
    expect(call('npx', ['hagane', 'ls', '-q', 'm.x = 1', '--json'], project)).toContain('"number":1')
    expect(call('npx', ['hagane', 'code', '1'], project)).toContain('trial.py')

    // Search methods that fit models run in another thread, whose module is a separate file too.
    writeFileSync(
      join(project, 'valley.py'),
      'import sys\nfrom hagane import Experiment\nExperiment().log_metrics(loss=(float(sys.argv[1]) - 0.3) ** 2)\n',
    )
    writeFileSync(join(project, 'group.yml'), GROUP)
    call('npx', ['hagane', 'run', '-f', 'group.yml', '--wait'], project)
    expect(call('npx', ['hagane', 'ls', '--sweeps', '--json'], project)).toContain('"phase":"done"')
    expect(call('node', ['--input-type=module', '-e', LIBRARY], project)).toBe('10\n')
    call('npx', ['hagane', 'backup', join(folder, 'backup')], project)
  } finally {
    spawnSync('npx', ['hagane', 'down'], { cwd: project, env })
    rmSync(folder, { recursive: true, force: true })
  }
})
