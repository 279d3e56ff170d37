// These styles are imported before all components, so that the styles of a component come later and override them.
import './tokens.css'
import './base.css'
import { MutationCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import { ApiError } from './api/client.ts'
import { App } from './app.tsx'
import { loadTexts } from './texts/texts.ts'
import { toast } from './ui/toasts.ts'

const RETRIES = 2

/**
 * The cache of answers of the server. A failed query is retried twice, except after a status below 500: the same answer
 * would come again, and with status 0 the server was not reached. A failed action is shown as a toast, except if its
 * caller shows the error itself.
 */
const queries = new QueryClient({
  mutationCache: new MutationCache({
    onError: (error, _argument, _result, mutation) => {
      if (!mutation.meta?.showsError) toast(error.message)
    },
  }),
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
