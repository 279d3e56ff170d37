import { globalPages, projectPages } from '../nav.ts'
import { paths } from '../paths.ts'
import { projectOf } from '../page-routes.ts'
import { OPEN_SHORTCUTS_EVENT } from '../shortcuts.ts'
import { navigate } from '../state/location.ts'
import { setPreference, preferences, shownTheme } from '../state/preferences.ts'
import { t } from '../texts/texts.ts'
import type { PaletteEntry } from './palette-entry.ts'

/** Returns the commands and pages whose text contains a text, whatever its case. */
export function matchingCommands(text: string): PaletteEntry[] {
  const word = text.trim().toLowerCase()
  return commands().filter((entry) => entry.text.toLowerCase().includes(word))
}

function commands(): PaletteEntry[] {
  const project = projectOf(location.pathname)
  const pages = [
    ...(project === undefined ? [] : projectPages(project)),
    ...globalPages(),
    { to: paths.settings(), text: t('settings') },
  ]

  const { theme, language } = preferences()

  return [
    ...pages.map(({ to, text }) => ({ key: to, text, group: t('pages'), act: () => navigate(to) })),
    ...(project === undefined
      ? []
      : [{ key: 'new', text: t('new_run'), group: t('commands'), act: () => navigate(paths.create(project)) }]),
    {
      key: 'theme',
      text: t('change_theme'),
      group: t('commands'),
      act: () => setPreference('theme', shownTheme({ ...preferences(), theme }) === 'dark' ? 'light' : 'dark'),
    },
    {
      key: 'language',
      text: language === 'ja' ? 'English' : '日本語',
      group: t('commands'),
      act: () => setPreference('language', language === 'ja' ? 'en' : 'ja'),
    },
    {
      key: 'keys',
      text: t('shortcuts'),
      group: t('commands'),
      act: () => dispatchEvent(new Event(OPEN_SHORTCUTS_EVENT)),
    },
  ]
}
