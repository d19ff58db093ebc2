import { BlockKit } from './block-kit.tsx'
import { usePage } from './use-workspace.ts'
import { act } from './wire.ts'

/** What the app published for this person. */
export function AppHome() {
  const { home, app, me } = usePage()
  return (
    <section className="pane" aria-label={`Home of ${app.botName}`}>
      <header className="pane-header">
        <h1>{app.botName}</h1>
        <span className="pane-note">Home</span>
      </header>
      <div className="home-body">
        {home === null ? (
          <p className="empty">{app.botName} has put nothing here yet.</p>
        ) : (
          <BlockKit
            blocks={home.blocks}
            onAction={(choice, values) => act('view/click', { ...choice, values, userId: me.id, viewId: home.id })}
          />
        )}
      </div>
    </section>
  )
}
