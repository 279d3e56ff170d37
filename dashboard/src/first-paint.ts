import { startPrefetch } from './api/prefetch.ts'
import { toRunListRequest, runsPath } from './pages/runs/runs-path.ts'
import { readRunsState } from './pages/runs/runs-state.ts'
import { matchPath } from './state/match.ts'
import { fixNavigatorLanguage } from './state/fix-navigator-language.ts'
import { readPreferences } from './state/preferences-store.ts'

// This script runs before the browser paints and before the code of the page is loaded. It applies the chosen language,
// theme and density to the first frame. On the page of the run list it also requests the first page of runs, which
// takes longest to arrive.
fixNavigatorLanguage()
const root = document.documentElement
const { language, theme, density } = readPreferences()
root.lang = language
if (theme !== 'system') root.dataset['theme'] = theme
if (density !== 'compact') root.dataset['density'] = density

const listed = matchPath('/p/:project/runs', location.pathname)
if (listed)
  startPrefetch(
    runsPath(toRunListRequest(listed['project'] ?? '', readRunsState(new URLSearchParams(location.search)))),
  )
