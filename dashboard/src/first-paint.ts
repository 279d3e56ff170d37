import { buildPath } from '../../src/contract/endpoints.ts'
import { startPrefetch } from './api/prefetch.ts'
import { toRunListQuery } from './api/run-list-query.ts'
import { toRunListRequest } from './pages/runs/run-list-request.ts'
import { readRunsState } from './pages/runs/runs-state.ts'
import { findPage } from './page-routes.ts'
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

const page = findPage(location.pathname)
if (page?.name === 'runs') {
  const state = readRunsState(new URLSearchParams(location.search))
  const request = toRunListRequest(page.params.project, state)
  startPrefetch(buildPath('listRuns', {}, toRunListQuery(request)))
}
