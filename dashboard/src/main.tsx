import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { ApiError } from './api/client.ts'
import { App } from './app.tsx'
import { runsQuery } from './pages/runs-query.ts'
import { readRunsState } from './pages/runs-state.ts'
import { match } from './state/location.ts'
import { loadTexts } from './texts/texts.ts'

import './tokens.css'
import './base.css'
import './pages.css'
import './charts/charts.css'

const RETRIES = 2

/** What the server refused it will refuse again; only a broken line or a restarting server is worth another try. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < RETRIES && !(error instanceof ApiError && error.status < 500),
    },
  },
})

// The longest list is asked for before there is a page to show it.
const listed = match('/p/:project/runs', location.pathname)
if (listed) void queries.prefetchInfiniteQuery(runsQuery(listed['project'] ?? '', readRunsState(new URLSearchParams(location.search))))
await loadTexts()
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
)
