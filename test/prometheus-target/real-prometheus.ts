/** A real Prometheus of the tests and benchmarks: its own process, a temporary folder, a free port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TargetServer } from './target-pods.ts'

export interface RealPrometheus {
  readonly url: string
  stop(): Promise<void>
}

export interface FiringAlert {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
}

/** `scrapeSeconds`: between two scrapes. */
export async function startPrometheus(
  targets: Pick<TargetServer, 'discovery'>,
  alerts: readonly FiringAlert[],
  scrapeSeconds = 1,
): Promise<RealPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-prometheus-'))
  const port = await freePort()
  await writeFile(join(folder, 'prometheus.yml'), JSON.stringify(config(targets, scrapeSeconds)))
  await writeFile(join(folder, 'rules.yml'), JSON.stringify(rules(alerts)))
  const child = spawn(
    process.env.TMINUS_TEST_PROMETHEUS ?? 'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const said: string[] = []
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()))
  const url = `http://127.0.0.1:${port}`
  try {
    await untilReady(child, url, said)
  } catch (error) {
    await end(child, folder)
    throw error
  }
  return { url, stop: () => end(child, folder) }
}

/** JSON is YAML, so no YAML writer is needed. */
function config(targets: Pick<TargetServer, 'discovery'>, scrapeSeconds: number) {
  const job = (name: string, honorLabels: boolean) => ({
    job_name: name,
    honor_labels: honorLabels,
    http_sd_configs: [{ url: targets.discovery(honorLabels), refresh_interval: '1s' }],
  })
  return {
    global: { scrape_interval: `${scrapeSeconds}s`, scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['rules.yml'],
    scrape_configs: [job('pods', false), job('cadvisor', true)],
  }
}

function rules(alerts: readonly FiringAlert[]) {
  return {
    groups: [{ name: 'tests', rules: alerts.map(({ name, labels }) => ({ alert: name, expr: 'vector(1)', labels })) }],
  }
}

async function untilReady(child: ChildProcess, url: string, said: readonly string[]): Promise<void> {
  let failure: Error | undefined
  child.once('error', (error) => (failure = error))
  for (;;) {
    if (failure) throw new Error(`prometheus cannot be started: ${failure.message}`)
    if (child.exitCode !== null) throw new Error(`prometheus ended at its start: ${said.join('').slice(-2_000)}`)
    const ready = await fetch(`${url}/-/ready`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (ready) return
    await new Promise((resolve) => void setTimeout(resolve, 50))
  }
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.pid !== undefined) {
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
    })
  }
  await rm(folder, { recursive: true, force: true })
}

/** Free at the moment of asking; Prometheus cannot be told to choose one by itself and say which. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise<void>((resolve) => void server.close(() => resolve()))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
