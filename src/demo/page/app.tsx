import { memo, useCallback, useEffect, useState } from 'react'
import { AppHome } from './app-home.tsx'
import { ChannelView } from './channel-view.tsx'
import { ModalView } from './modal-view.tsx'
import type { PageState } from './page-state.ts'
import { SidePanel } from './side-panel.tsx'
import { Sidebar } from './sidebar.tsx'
import { ThreadPane } from './thread-pane.tsx'
import { TopBar } from './top-bar.tsx'
import { PageContext, PanelsContext, useTabMemory, useWorkspace } from './use-workspace.ts'
import { act } from './wire.ts'

/** Where the person looks: a channel (by id) or the app's Home. */
const HOME = 'home'

export function App() {
  const [me, setMe] = useTabMemory('tminus-as', new URLSearchParams(location.search).get('as') ?? '')
  const { state, panels, connected } = useWorkspace(me)
  const [theme, setTheme] = useTheme()
  if (state === undefined) return <p className="waiting">Opening the workspace ...</p>
  return (
    <PageContext value={state}>
      <PanelsContext value={panels}>
        <Shell state={state} connected={connected} theme={theme} setTheme={setTheme} actAs={setMe} />
      </PanelsContext>
    </PageContext>
  )
}

interface ShellProps {
  readonly state: PageState
  readonly connected: boolean
  readonly theme: 'light' | 'dark'
  readonly setTheme: (theme: 'light' | 'dark') => void
  readonly actAs: (user: string) => void
}

/** Not drawn again when only the panel changes. */
const Shell = memo(function Shell({ state, connected, theme, setTheme, actAs }: ShellProps) {
  const linked = /^\/archives\/(\w+)/.exec(location.pathname)?.[1]
  const first = state.channels.find((channel) => channel.botIsMember) ?? state.channels[0]
  const [place, setPlace] = useTabMemory('tminus-place', linked ?? first?.id ?? HOME)
  const [thread, setThread] = useTabMemory('tminus-thread', new URLSearchParams(location.search).get('thread_ts') ?? '')
  const [panelOpen, setPanelOpen] = useState(true)
  const channel = state.channels.find((entry) => entry.id === place)
  const open = (next: string) => {
    setPlace(next)
    setThread('')
    if (next === HOME) void act('home', { userId: state.me.id })
  }
  const hasThread = channel !== undefined && state.messages.some((m) => m.channel === channel.id && m.ts === thread)
  return (
    <div className="shell">
      <TopBar
        theme={theme}
        setTheme={setTheme}
        panel={state.hasPanels ? { open: panelOpen, toggle: () => setPanelOpen(!panelOpen) } : undefined}
      />
      <Sidebar place={place} home={HOME} open={open} actAs={actAs} />
      <main className="main">
        {!connected && (
          <p className="banner" role="status">
            The local workspace does not answer. Trying again ...
          </p>
        )}
        {channel ? <ChannelView channel={channel} openThread={setThread} /> : <AppHome />}
      </main>
      {channel && hasThread && <ThreadPane channel={channel} ts={thread} close={() => setThread('')} />}
      {state.hasPanels && panelOpen && <SidePanel />}
      {state.modal && <ModalView key={state.modal.id} view={state.modal} />}
    </div>
  )
})

/** Light or dark: the person's choice, else the system's. */
function useTheme(): ['light' | 'dark', (theme: 'light' | 'dark') => void] {
  const system = matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'
  const [theme, setTheme] = useState<'light' | 'dark'>(() => {
    const kept = localStorage.getItem('tminus-theme')
    return kept === 'light' || kept === 'dark' ? kept : system
  })
  useEffect(() => {
    document.documentElement.dataset.theme = theme
  }, [theme])
  const choose = useCallback((next: 'light' | 'dark') => {
    localStorage.setItem('tminus-theme', next)
    setTheme(next)
  }, [])
  return [theme, choose]
}
