import { createContext, useCallback, useContext, useEffect, useReducer, useState } from 'react'
import type { PanelSnapshot } from '../workspace/panels.ts'
import { type PageState, reduce } from './page-state.ts'
import { openStream } from './wire.ts'

export interface OpenWorkspace {
  /** undefined until the first answer. */
  readonly state: PageState | undefined
  /** Apart from the state, because it changes several times a second and the messages do not care. */
  readonly panels: PanelSnapshot | null
  readonly connected: boolean
}

/** The workspace through one person's eyes, kept up to date. */
export function useWorkspace(user: string): OpenWorkspace {
  const [state, dispatch] = useReducer(reduce, undefined)
  const [panels, setPanels] = useState<PanelSnapshot | null>(null)
  const [connected, setConnected] = useState(true)
  useEffect(
    () =>
      openStream(
        user,
        (event) => {
          if (event.kind === 'panels') return setPanels(event.data)
          if (event.kind === 'hello') setPanels(event.data.panels)
          dispatch(event)
        },
        setConnected,
      ),
    [user],
  )
  return { state, panels, connected }
}

export const PanelsContext = createContext<PanelSnapshot | null>(null)

export const PageContext = createContext<PageState | undefined>(undefined)

/** The state, for every component below the app. */
export function usePage(): PageState {
  const state = useContext(PageContext)
  if (state === undefined) throw new Error('usePage is called outside of the page')
  return state
}

/** A text that outlives a reload of this tab: another tab may be another person. */
export function useTabMemory(key: string, initial: string): [string, (value: string) => void] {
  const [value, setValue] = useState(() => sessionStorage.getItem(key) ?? initial)
  const remember = useCallback(
    (next: string) => {
      sessionStorage.setItem(key, next)
      setValue(next)
    },
    [key],
  )
  return [value, remember]
}
