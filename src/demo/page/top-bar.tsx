import { Avatar } from './avatar.tsx'
import { usePage } from './use-workspace.ts'

interface TopBarProps {
  readonly theme: 'light' | 'dark'
  readonly setTheme: (theme: 'light' | 'dark') => void
  readonly panel: { readonly open: boolean; readonly toggle: () => void } | undefined
}

export function TopBar({ theme, setTheme, panel }: TopBarProps) {
  const { me, app } = usePage()
  const other = theme === 'dark' ? 'light' : 'dark'
  return (
    <header className="top-bar">
      <strong className="team">{app.teamName}</strong>
      <span className="top-note">Everything here runs on this machine</span>
      {panel && (
        <button type="button" className="top-button" aria-pressed={panel.open} onClick={panel.toggle}>
          Cluster panel
        </button>
      )}
      <button type="button" className="top-button" onClick={() => setTheme(other)}>
        {other === 'dark' ? 'Dark' : 'Light'} theme
      </button>
      <span className="top-me">
        <Avatar id={me.id} name={me.realName} size={26} />
        <span>
          You are <strong>{me.realName}</strong>
        </span>
      </span>
    </header>
  )
}
