import { useContext, useState } from 'react'
import type { PanelPod, PanelService, PanelSwitch } from '../workspace/panels.ts'
import { MetricRow } from './metric-row.tsx'
import { PanelsContext } from './use-workspace.ts'
import { act } from './wire.ts'

/** The truth of the cluster beside what the bot says about it. */
export function SidePanel() {
  const panels = useContext(PanelsContext)
  if (panels === null) return null
  return (
    <aside className="side-panel" aria-label="Cluster">
      <DemoClock nowMs={panels.clock.nowMs} factor={panels.clock.factor} />
      {panels.services.map((service) => (
        <ServiceCard key={service.name} service={service} />
      ))}
      {panels.metrics.length > 0 && (
        <section className="card">
          <h2>Metrics by version</h2>
          {panels.metrics.map((metric) => (
            <MetricRow key={metric.name} metric={metric} />
          ))}
        </section>
      )}
      {panels.switches.length > 0 && (
        <section className="card">
          <h2>Make the new version sick</h2>
          {panels.switches.map((entry) => (
            <SwitchRow key={entry.name} entry={entry} />
          ))}
        </section>
      )}
      {panels.kubeconfigPath !== undefined && <Kubeconfig path={panels.kubeconfigPath} />}
    </aside>
  )
}

function DemoClock({ nowMs, factor }: { readonly nowMs: number; readonly factor: number }) {
  const iso = new Date(nowMs).toISOString()
  return (
    <section className="card demo-clock" aria-label="Demo clock">
      <time dateTime={iso}>{iso.slice(11, 19)}</time>
      <span>
        {iso.slice(0, 10)} UTC · <strong>{factor}× speed</strong>
      </span>
    </section>
  )
}

function ServiceCard({ service }: { readonly service: PanelService }) {
  return (
    <section className="card">
      <h2>
        Service <code className="service-name">{service.name}</code>
      </h2>
      <div className="share-bar" aria-hidden="true">
        {service.versions.map((version, index) => (
          <span key={version.version} className={`share tone-${index % 3}`} style={{ flexGrow: version.share }} />
        ))}
      </div>
      {service.versions.map((version, index) => (
        <div key={version.version} className="version">
          <p>
            <span className={`tone tone-${index % 3}`} aria-hidden="true" />
            <code>{version.version}</code>
            <span className="version-share">{percent(version.share)} of traffic</span>
          </p>
          <ul className="pods" aria-label={`Pods of ${version.version}`}>
            {version.pods.map((pod) => (
              <PodDot key={pod.name} pod={pod} />
            ))}
          </ul>
          <p className="pod-words">{podWords(version.pods)}</p>
        </div>
      ))}
    </section>
  )
}

/** Each state has its own sign, so that it can be told without color. */
function podLook(state: string): { readonly look: string; readonly sign: string } {
  if (state === 'Running') return { look: 'good', sign: '✓' }
  if (/Crash|Error|OOM|BackOff|Failed/.test(state)) return { look: 'bad', sign: '✕' }
  if (state === 'Terminating' || state === 'Completed') return { look: 'gone', sign: '−' }
  if (state === 'NotReady') return { look: 'warn', sign: '!' }
  return { look: 'wait', sign: '…' }
}

function PodDot({ pod }: { readonly pod: PanelPod }) {
  const { look, sign } = podLook(pod.state)
  const restarts = pod.restarts > 0 ? `, ${pod.restarts} restarts` : ''
  const words = `${pod.name}: ${pod.state}${restarts}`
  return (
    <li className={`pod ${look}`} title={words}>
      <span aria-hidden="true">{sign}</span>
      <span className="unseen">{words}</span>
    </li>
  )
}

function podWords(pods: readonly PanelPod[]): string {
  if (pods.length === 0) return 'no pods'
  const counts = new Map<string, number>()
  for (const pod of pods) counts.set(pod.state, (counts.get(pod.state) ?? 0) + 1)
  const restarts = pods.reduce((sum, pod) => sum + pod.restarts, 0)
  const words = [...counts].map(([state, count]) => `${count} ${state}`)
  return [...words, ...(restarts > 0 ? [`${restarts} restarts`] : [])].join(', ')
}

function percent(share: number): string {
  return `${Math.round(share * 1000) / 10} %`
}

function SwitchRow({ entry }: { readonly entry: PanelSwitch }) {
  const [problem, setProblem] = useState<string>()
  const flip = async () => {
    const outcome = await act('flip', { name: entry.name, on: !entry.on })
    setProblem(outcome.error)
  }
  return (
    <div className="switch-row">
      <span id={`switch-${entry.name}`}>{entry.label}</span>
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={entry.on}
        aria-labelledby={`switch-${entry.name}`}
        onClick={() => void flip()}
      >
        <span className="switch-word">{entry.on ? 'on' : 'off'}</span>
      </button>
      {problem !== undefined && <p role="alert">{problem}</p>}
    </div>
  )
}

function Kubeconfig({ path }: { readonly path: string }) {
  const [copied, setCopied] = useState(false)
  const line = `export KUBECONFIG=${path}`
  const copy = async () => {
    await navigator.clipboard.writeText(line)
    setCopied(true)
  }
  return (
    <section className="card">
      <h2>Look with kubectl</h2>
      <div className="copy">
        <code>{line}</code>
        <button type="button" className="button small" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </button>
      </div>
    </section>
  )
}
