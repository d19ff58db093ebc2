import { Avatar } from './avatar.tsx'
import { usePage } from './use-workspace.ts'

interface SidebarProps {
  readonly place: string
  /** The place that is the app's Home. */
  readonly home: string
  readonly open: (place: string) => void
  readonly actAs: (user: string) => void
}

export function Sidebar({ place, home, open, actAs }: SidebarProps) {
  const { channels, people, app, me } = usePage()
  return (
    <nav className="sidebar" aria-label="Workspace">
      <h2>Channels</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.id}>
            <button
              type="button"
              className="side-item"
              aria-current={place === channel.id ? 'page' : undefined}
              onClick={() => open(channel.id)}
            >
              <span className="side-sign" aria-hidden="true">
                #
              </span>
              {channel.name}
            </button>
          </li>
        ))}
      </ul>
      <h2>Apps</h2>
      <ul>
        <li>
          <button
            type="button"
            className="side-item"
            aria-current={place === home ? 'page' : undefined}
            onClick={() => open(home)}
          >
            <Avatar id={app.botUserId} name={app.botName} size={20} isApp />
            {app.botName}
          </button>
        </li>
      </ul>
      <h2 id="act-as">Act as</h2>
      <ul aria-labelledby="act-as">
        {people.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              className="side-item person"
              aria-pressed={person.id === me.id}
              onClick={() => actAs(person.id)}
            >
              <Avatar id={person.id} name={person.realName} size={28} />
              <span className="person-words">
                <span>{person.realName}</span>
                <small>{[person.title, person.deleted ? 'deactivated' : ''].filter(Boolean).join(', ')}</small>
              </span>
              {person.id === me.id && <span className="you">you</span>}
            </button>
          </li>
        ))}
      </ul>
      <p className="side-note">Open a second tab to be two people at once.</p>
    </nav>
  )
}
