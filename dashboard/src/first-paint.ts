import { askEarly } from './api/early.ts'
import { runsListed, runsPath } from './pages/runs-path.ts'
import { readRunsState } from './pages/runs-state.ts'
import { match } from './state/match.ts'
import { mendLanguage } from './state/mend-language.ts'
import { readPreferences } from './state/preferences-store.ts'

// Runs before anything is painted: what a person chose is there from the first picture on, and what takes longest, the
// longest list, is on its way before the page that shows it is read.
mendLanguage()
const root = document.documentElement
const { language, theme, density } = readPreferences()
root.lang = language
if (theme !== 'system') root.dataset['theme'] = theme
if (density !== 'compact') root.dataset['density'] = density
const listed = match('/p/:project/runs', location.pathname)
if (listed) askEarly(runsPath(runsListed(listed['project'] ?? '', readRunsState(new URLSearchParams(location.search)))))
