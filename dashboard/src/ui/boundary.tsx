import { Component, useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { call } from '../api/client.ts'
import { t } from '../texts/texts.ts'
import { ErrorNotice } from './error-notice.tsx'

interface BoundaryProps {
  /** Address of the page inside. A new address removes the error. */
  readonly place: string
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: Error | undefined
  readonly place: string
}

/**
 * Shows the page inside or, if rendering it fails, the error with a button that loads the dashboard again. The bar
 * above the page is not affected.
 */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: undefined, place: this.props.place }

  static getDerivedStateFromError(error: Error): Partial<BoundaryState> {
    return { error }
  }

  static getDerivedStateFromProps({ place }: BoundaryProps, state: BoundaryState): BoundaryState | null {
    return place === state.place ? null : { error: undefined, place }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return isLoadFailure(error) ? <ReloadWhenBack /> : <ErrorNotice error={error} onRetry={() => location.reload()} />
  }
}

/**
 * Whether the error says that a script or style sheet of the page could not be
 * loaded. Each browser has its own message for this.
 */
function isLoadFailure({ message, name }: Error): boolean {
  return (
    name === 'ChunkLoadError' ||
    /dynamically imported module|importing a module script|module script failed|preload CSS/i.test(message)
  )
}

const POLL_MS = 2_000
/** Key in `sessionStorage` of the time of the last automatic reload, in milliseconds since 1970. */
const RELOADED_AT_KEY = 'hagane.reloaded'
/** Shortest time between two automatic reloads. Prevents a loop of reloads if the page fails again each time. */
const RELOAD_INTERVAL_MIN_MS = 30_000

/**
 * An error in place of a page of which a script or style sheet could not be loaded: the server does not answer, or has
 * a newer version of the dashboard. Reloads the page once the server answers.
 */
function ReloadWhenBack(): ReactElement {
  useEffect(() => {
    const reloadIfServerAnswers = async (): Promise<void> => {
      if (Date.now() - Number(sessionStorage.getItem(RELOADED_AT_KEY) ?? 0) < RELOAD_INTERVAL_MIN_MS) return
      const isUp = await call('health').then(
        () => true,
        () => false,
      )
      if (!isUp) return
      sessionStorage.setItem(RELOADED_AT_KEY, String(Date.now()))
      location.reload()
    }

    void reloadIfServerAnswers()
    const timer = setInterval(() => void reloadIfServerAnswers(), POLL_MS)
    return () => clearInterval(timer)
  }, [])

  return <ErrorNotice error={new Error(t('part_missing'))} onRetry={() => location.reload()} />
}
