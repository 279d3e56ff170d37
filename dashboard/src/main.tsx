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
    queries: {
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
