import { Component, useEffect } from 'react'
import type { ReactElement, ReactNode } from 'react'

import { t } from '../texts/texts.ts'
import { Failure } from './states.tsx'

interface BoundaryProps {
  /** Address of the page inside: a new one clears the error. */
  readonly place: string
  readonly children: ReactNode
}

interface BoundaryState {
  readonly error: Error | undefined
  readonly place: string
}

/** Shows an error of the page inside in its place, with a button to try again; the frame around it stays. */
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
    return isUnloaded(error) ? <Unloaded /> : <Failure error={error} onRetry={() => location.reload()} />
  }
}

/** Each browser has its own words for a part of the page that did not come. */
function isUnloaded({ message, name }: Error): boolean {
  return (
    name === 'ChunkLoadError' ||
    /dynamically imported module|importing a module script|module script failed|preload CSS/i.test(message)
  )
}

const ASK_EVERY_MS = 2_000
const RELOADED = 'hagane.reloaded'
/** A page that fails right after it was loaded again waits so long before it is loaded once more. */
const RELOAD_APART_MS = 30_000

/** A part of the page did not come: its server was away, or has a newer version by now. The page is loaded again once it answers. */
function Unloaded(): ReactElement {
  useEffect(() => {
    const ask = async (): Promise<void> => {
      if (Date.now() - Number(sessionStorage.getItem(RELOADED) ?? 0) < RELOAD_APART_MS) return
      const answer = await fetch('/api/v1/health').catch(() => undefined)
      if (!answer?.ok) return
      sessionStorage.setItem(RELOADED, String(Date.now()))
      location.reload()
    }
    void ask()
    const timer = setInterval(() => void ask(), ASK_EVERY_MS)
    return () => clearInterval(timer)
  }, [])
  return <Failure error={new Error(t('part_missing'))} onRetry={() => location.reload()} />
}
