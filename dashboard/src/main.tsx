import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { ApiError } from './api/client.ts'
import { App } from './app.tsx'
import { loadTexts } from './texts/texts.ts'

import './tokens.css'
import './base.css'
import './pages.css'
import './charts/charts.css'

const RETRIES = 2

/**
 * Repeats a failed query twice, except after an answer below 500, which would be the same again, and where the server
 * was not reached (status 0).
 */
const queries = new QueryClient({
  defaultOptions: {
    // Without `always`, requests wait while the browser reports no network and are sent later. The server may be this
    // machine and reachable without a network. A mutation must not run later, when the person no longer expects it.
    mutations: { networkMode: 'always' },
    queries: {
      networkMode: 'always',
      staleTime: 5_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < RETRIES && !(error instanceof ApiError && error.status < 500),
    },
  },
})

await loadTexts()
createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
)
