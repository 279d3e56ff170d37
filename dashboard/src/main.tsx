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

/** What the server refused it will refuse again; only a broken line or a restarting server is worth another try. */
const queries = new QueryClient({
  defaultOptions: {
    // The browser knows whether there is a network, not whether the server is there, which may be this machine; and nothing
    // that was asked for is to happen later, when nobody expects it any more.
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
