import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'

import type { RunDetailView } from '../../../src/contract/run.ts'
import { startTestServer, waitUntil } from '../../support/server.ts'
import { useServer } from '../../support/used-server.ts'
import { createLedgerFolder, hasRunEnded } from '../../support/both-servers.ts'

const used = useServer({
  env: { PYTHONUNBUFFERED: undefined, POLYAXON_NO_OP: 'true', POLYAXON_PARAMS: 'of the machine' },
})

const PRINT = `python3 -c "import json, os; print(json.dumps({k: v for k, v in os.environ.items() if k.startswith(('POLYAXON', 'PYTHONUNB', 'HAGANE_OUT'))}))"`

async function variablesOf(
  head: string,
  on = used.server,
): Promise<{ variables: Record<string, string>; run: RunDetailView }> {
  const { number } = await on.submit(`version: 1\n${head}\nrun: {cmd: ${JSON.stringify(PRINT)}}\n`)
  await waitUntil(async () => await hasRunEnded(on, number), 60_000)
  const text = (await on.call<string>('GET', `/runs/${number}/logs`)).body
  return {
    variables: JSON.parse(text) as Record<string, string>,
    run: (await on.call<RunDetailView>('GET', `/runs/${number}`)).body,
  }
}

describe('the variables that scripts written for Polyaxon read', () => {
  it('An experiment gets variables with its outputs path, data, parameters, log level and names', async () => {
    const { variables, run } = await variablesOf(
      'kind: experiment\nlogging: {level: DEBUG}\nparams: {lr: 0.1, name: "日本 \\"x\\""}',
    )
    const {
      POLYAXON_EXPERIMENT_INFO: info,
      POLYAXON_PARAMS: params,
      POLYAXON_RUN_DATA_PATHS: data,
      POLYAXON_TASK_INFO: task,
      ...others
    } = variables

    expect(others).toEqual({
      HAGANE_OUTPUTS: join(used.server.dataDir, 'runs', String(run.number), 'outputs'),
      POLYAXON_RUN_OUTPUTS_PATH: join(used.server.dataDir, 'runs', String(run.number), 'outputs'),
      POLYAXON_LOG_LEVEL: 'DEBUG',
      POLYAXON_IS_MANAGED: 'true',
      POLYAXON_IS_OFFLINE: 'true',
      PYTHONUNBUFFERED: '1',
    })
    expect(JSON.parse(params!)).toEqual({ lr: 0.1, name: '日本 "x"' })
    expect(JSON.parse(data!)).toEqual({ data: join(used.server.dataDir, 'data') })
    expect(JSON.parse(task!)).toEqual({ type: 'master', index: 0 })
    expect(JSON.parse(info!)).toMatchObject({
      project_name: 'hagane.default',
      experiment_name: `hagane.default.${run.number}`,
      experiment_uuid: run.id,
      task_type: 'master',
    })
  })

  it('A job gets variables with the names of a job', async () => {
    const { variables, run } = await variablesOf('kind: job\nbuild: {image: any}')
    expect(JSON.parse(variables['POLYAXON_JOB_INFO']!)).toMatchObject({
      project_name: 'hagane.default',
      job_name: `hagane.default.jobs.${run.number}`,
      job_uuid: run.id,
    })
    expect(variables).not.toHaveProperty('POLYAXON_EXPERIMENT_INFO')
    expect(variables).not.toHaveProperty('POLYAXON_TASK_INFO')
  })

  it('No variable names a Polyaxon used.server, and Polyaxon variables of the machine are not passed on', async () => {
    const { variables } = await variablesOf('kind: experiment')
    expect(Object.keys(variables).filter((name) => /HOST|PORT|TOKEN|NO_OP|IN_CLUSTER/.test(name))).toEqual([])
    expect(variables['POLYAXON_PARAMS']).toBe('{}')
  })

  it('A file that a command writes to $POLYAXON_RUN_OUTPUTS_PATH is among the outputs of the run', async () => {
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "echo weights > $POLYAXON_RUN_OUTPUTS_PATH/model.pt"}',
    )
    await waitUntil(async () => await hasRunEnded(used.server, number))
    expect(readFileSync(join(used.server.dataDir, 'runs', String(number), 'outputs', 'model.pt'), 'utf8')).toBe(
      'weights\n',
    )
  })

  it('The document of a run can override the Polyaxon variables', async () => {
    const { variables } = await variablesOf(
      'kind: experiment\nbuild: {image: any, env_vars: [[POLYAXON_NO_OP, "true"], [POLYAXON_LOG_LEVEL, QUIET]]}',
    )
    expect(variables).toMatchObject({ POLYAXON_NO_OP: 'true', POLYAXON_LOG_LEVEL: 'QUIET' })
  })
})

describe('the output of a Python script', () => {
  it('The output of a Python script is in its log while the script runs and after it was killed', async () => {
    using work = createLedgerFolder()
    writeFileSync(
      join(work.folder, 'print.py'),
      'import os, time\nprint("first")\nwhile not os.path.exists("go"): time.sleep(0.02)\nprint("last")\nos.kill(os.getpid(), 9)\n',
    )
    const { number } = await used.server.submit(
      'version: 1\nkind: experiment\nrun: {cmd: "python3 print.py"}',
      work.folder,
    )
    await waitUntil(async () => (await used.readLog(number)).includes('first'))
    writeFileSync(join(work.folder, 'go'), '')
    await waitUntil(async () => await hasRunEnded(used.server, number))
    expect(await used.readLog(number)).toContain('first\nlast\n')
  })

  it('The document or the machine can switch PYTHONUNBUFFERED off', async () => {
    const { variables } = await variablesOf('kind: experiment\nbuild: {image: any, env_vars: [[PYTHONUNBUFFERED, ""]]}')
    expect(variables['PYTHONUNBUFFERED']).toBe('')
    await using other = await startTestServer({ env: { PYTHONUNBUFFERED: '' } })
    expect((await variablesOf('kind: experiment', other)).variables['PYTHONUNBUFFERED']).toBe('')
  })
})
