import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'

/** What a kubectl command said and how it ended (0 is success; -1 is killed by a signal). */
export interface KubectlResult {
  readonly stdout: string
  readonly stderr: string
  readonly code: number
}

/** Which kubectl to run against which cluster; what the global setup provides to tests is enough. */
export interface KubectlTarget {
  /** A name looked up on the PATH, or a path. */
  readonly kubectlPath: string
  readonly kubeconfigPath: string
}

/**
 * Runs `kubectl <args>`, with `stdin` on its standard input when given. A command that fails is an answer (`code`), not
 * an error; throws only when kubectl itself cannot be started.
 */
export async function runKubectl(
  target: KubectlTarget,
  args: readonly string[],
  stdin?: string,
): Promise<KubectlResult> {
  const child = spawn(target.kubectlPath, ['--kubeconfig', target.kubeconfigPath, ...args])
  const exit = new Promise<number>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? -1))
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(stdin ?? '')
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { stdout, stderr, code }
}

/** Like `runKubectl`, for commands that must succeed: answers what was printed, throws with the reason otherwise. */
export async function mustKubectl(target: KubectlTarget, args: readonly string[], stdin?: string): Promise<string> {
  const { stdout, stderr, code } = await runKubectl(target, args, stdin)
  if (code !== 0) throw new Error(`kubectl ${args.join(' ')} ended with ${code}: ${stderr.trim()}`)
  return stdout
}
