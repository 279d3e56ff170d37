import { askEarly } from './api/early.ts'
import { runsListed, runsPath } from './pages/runs-path.ts'
import { readRunsState } from './pages/runs-state.ts'
import { match } from './state/match.ts'
import { mendLanguage } from './state/mend-language.ts'
import { readPreferences } from './state/preferences-store.ts'

// This script runs before the browser paints and before the code of the page is loaded. It applies the chosen language,
// theme and density to the first frame. On the page of the run list it also requests the first page of runs, which
// takes longest to arrive.
mendLanguage()
const root = document.documentElement
const { language, theme, density } = readPreferences()
root.lang = language
if (theme !== 'system') root.dataset['theme'] = theme
if (density !== 'compact') root.dataset['density'] = density

const listed = match('/p/:project/runs', location.pathname)
if (listed) askEarly(runsPath(runsListed(listed['project'] ?? '', readRunsState(new URLSearchParams(location.search)))))
