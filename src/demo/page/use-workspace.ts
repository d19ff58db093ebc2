import { createContext, useContext, useEffect, useReducer, useState } from 'react'
import { type PageState, reduce } from './page-state.ts'
import { openStream } from './wire.ts'

/** The workspace through one person's eyes, kept up to date; undefined until the first answer. */
export function useWorkspace(user: string): { readonly state: PageState | undefined; readonly connected: boolean } {
  const [state, dispatch] = useReducer(reduce, undefined)
  const [connected, setConnected] = useState(true)
  useEffect(() => openStream(user, dispatch, setConnected), [user])
  return { state, connected }
}

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
  const remember = (next: string) => {
    sessionStorage.setItem(key, next)
    setValue(next)
  }
  return [value, remember]
}
