import { describe, expect, it } from 'vitest'

import { readClientConfig, readServerConfig, SettingError } from './config.ts'

describe('the language of commands', () => {
  it.each([
    [{ LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LC_ALL: '', LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ LC_MESSAGES: '', LC_ALL: '', LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ HAGANE_LANG: '', LANG: 'ja_JP.UTF-8' }, 'ja'],
    [{ HAGANE_LANG: 'en', LANG: 'ja_JP.UTF-8' }, 'en'],
    [{ LC_ALL: 'C', LANG: 'ja_JP.UTF-8' }, 'en'],
    [{ LC_MESSAGES: 'ja_JP.UTF-8', LANG: 'C' }, 'ja'],
    [{}, 'en'],
  ])('With the variables %j the language is %s', (env, locale) =>
    expect(readClientConfig({ HOME: '/nowhere', ...env }).locale).toBe(locale),
  )
})

describe('settings of a server', () => {
  const read = (env: Record<string, string>, flags = {}) => readServerConfig(flags, { HOME: '/nowhere', ...env })

  it('An empty variable or option counts as one that is not set', () => {
    const names = [
      'HAGANE_DATA',
      'HAGANE_PORT',
      'HAGANE_DATABASE',
      'HAGANE_CONCURRENCY',
      'HAGANE_TRASH_DAYS',
      'HAGANE_SERVER_LOG',
      'XDG_DATA_HOME',
    ]

    const { baseEnv: _, ...empty } = read(Object.fromEntries(names.map((name) => [name, ''])), {
      data: '',
      host: '',
      database: '',
    })
    const { baseEnv: __, ...unset } = read({})

    expect(empty).toEqual(unset)
    expect(unset).toMatchObject({
      dataDir: '/nowhere/.local/share/hagane',
      port: null,
      runsMax: 100,
      trashDays: 30,
      logLevel: 'info',
      database: null,
    })
  })

  it('Settings are read as numbers and words', () => {
    const env = {
      HAGANE_PORT: ' 7500 ',
      HAGANE_CONCURRENCY: '3',
      HAGANE_TRASH_DAYS: '0.5',
      HAGANE_SERVER_LOG: 'WARN',
      HAGANE_GPUS: '',
    }
    expect(read({ HAGANE_PORT: '0' })).toMatchObject({ port: null })
    expect(read(env)).toMatchObject({ port: 7500, runsMax: 3, trashDays: 0.5, logLevel: 'warn', gpus: [] })
  })

  it.each([
    ['HAGANE_PORT', 'http'],
    ['HAGANE_PORT', '65536'],
    ['HAGANE_PORT', '80.5'],
    ['HAGANE_CONCURRENCY', 'four'],
    ['HAGANE_CONCURRENCY', '-1'],
    ['HAGANE_CONCURRENCY', '1e3'],
    ['HAGANE_CONCURRENCY', 'NaN'],
    ['HAGANE_CONCURRENCY', '99999999999999999999'],
    ['HAGANE_TRASH_DAYS', '30d'],
    ['HAGANE_TRASH_DAYS', 'Infinity'],
    ['HAGANE_SERVER_LOG', 'verbose'],
  ])('The setting %s=%s is refused by name', (name, found) => {
    expect(() => read({ [name]: found })).toThrow(SettingError)
    try {
      read({ [name]: found })
    } catch (error) {
      expect((error as SettingError).args).toMatchObject({ flag: name, found })
    }
  })
})
