#!/usr/bin/env node
/**
 * Builds the control plane of the tests (etcd, kube-apiserver, kube-controller-manager, kube-scheduler, kwok, and kubectl
 * where none is on the PATH) from Go modules, and lays the CRDs of Istio and the Gateway API beside them.
 *
 * All of it goes to a folder outside the checkout, named after the hash of what it is made from, so that it is built once
 * per machine and version. The last line of the output is that folder; everything else is said on stderr.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { parseAllDocuments } from 'yaml'

const HERE = import.meta.dirname
const GO_NEEDED = { major: 1, minor: 26 }
/** From this version on, Go can fetch a newer Go by itself, through the Go module proxy. */
const GO_FETCHES_ITSELF = { major: 1, minor: 21 }

const KUBERNETES_GO_MOD = readFileSync(join(HERE, 'kubernetes', 'go.mod'), 'utf8')
const [, MAJOR, MINOR, PATCH] = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\d+)/.exec(KUBERNETES_GO_MOD)
// Without these the server calls itself v0.0.0-master+$Format:%H$, which kubectl and Helm refuse to parse.
const KUBERNETES_LDFLAGS = [
  '-s -w',
  `-X k8s.io/component-base/version.gitVersion=v${MAJOR}.${MINOR}.${PATCH}`,
  `-X k8s.io/component-base/version.gitMajor=${MAJOR}`,
  `-X k8s.io/component-base/version.gitMinor=${MINOR}`,
  '-X k8s.io/component-base/version.gitTreeState=clean',
].join(' ')

/** What to build: the folder of the Go module, the package in it, the name of the file, the minutes on two cores. */
const PROGRAMS = [
  { name: 'kubernetes', module: 'kubernetes', package: '.', ldflags: KUBERNETES_LDFLAGS, minutes: 6 },
  { name: 'etcd', module: 'etcd', package: 'go.etcd.io/etcd/server/v3', ldflags: '-s -w', minutes: 0.6 },
  { name: 'kwok', module: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok', ldflags: '-s -w', minutes: 1.5 },
]
const KUBECTL = {
  name: 'kubectl',
  module: 'kubernetes',
  package: 'k8s.io/kubernetes/cmd/kubectl',
  ldflags: KUBERNETES_LDFLAGS,
  minutes: 1,
}
const KUBERNETES_NAMES = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

const ISTIO_CRDS = ['virtualservices.networking.istio.io', 'destinationrules.networking.istio.io']
const GATEWAY_CRDS = ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'referencegrants']

const SOURCES = [
  ...['kubernetes', 'etcd', 'kwok', 'crds'].flatMap((folder) => [`${folder}/go.mod`, `${folder}/go.sum`]),
  'kubernetes/main.go',
]

main()

function main() {
  const folder = join(cacheRoot(), 'control-plane', hashOfSources())
  const missing = missingIn(folder)
  if (missing.length > 0) buildInto(folder, missing)
  console.log(folder)
}

/** The programs that `folder` still lacks; all of them when it was never finished. */
function missingIn(folder) {
  const complete = existsSync(join(folder, 'complete'))
  const kubectl = onPath('kubectl') || existsSync(join(folder, 'kubectl')) ? [] : [KUBECTL]
  return complete ? kubectl : [...PROGRAMS, ...kubectl]
}

/** Builds in a folder of its own and moves it into place at the end: an interrupted build leaves nothing half done. */
function buildInto(folder, programs) {
  const go = goEnvironment()
  const work = `${folder}.building-${process.pid}`
  const minutes = Math.ceil(programs.reduce((sum, program) => sum + program.minutes, 0))
  say(`Building ${programs.map((program) => program.name).join(', ')} from Go modules, once for this machine.`)
  say(`About ${minutes} min on two cores the first time (a second start resumes); kept in ${folder}.`)
  mkdirSync(work, { recursive: true })
  try {
    for (const program of programs) build(program, join(work, program.name), go)
    if (existsSync(join(folder, 'complete'))) {
      renameSync(join(work, 'kubectl'), join(folder, 'kubectl'))
      return
    }
    for (const name of KUBERNETES_NAMES) symlinkSync('kubernetes', join(work, name))
    copyCrds(join(work, 'crds'), go)
    writeFileSync(join(work, 'complete'), '')
    moveIntoPlace(work, folder)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Another run may have finished the same folder meanwhile; both hold the same files, so the first one stays. */
function moveIntoPlace(work, folder) {
  try {
    renameSync(work, folder)
  } catch (error) {
    if (!existsSync(join(folder, 'complete'))) throw error
  }
}

function build(program, target, env) {
  const started = performance.now()
  say(`  ${program.name} (about ${program.minutes} min) ...`)
  const args = ['build', '-p', String(Math.max(2, availableParallelism())), '-trimpath', '-ldflags', program.ldflags]
  // nice: a build of many minutes must leave the machine usable.
  run('nice', ['-n', '10', 'go', ...args, '-o', target, program.package], join(HERE, program.module), env)
  say(`  ${program.name}: done in ${Math.round((performance.now() - started) / 1000)} s`)
}

/** Only the kinds a router of ours writes; the rest would slow down every start of the API server. */
function copyCrds(target, env) {
  say('  CRDs of Istio and the Gateway API ...')
  mkdirSync(target)
  const istio = moduleFolder('istio.io/api', env)
  const documents = parseAllDocuments(
    readFileSync(join(istio, 'kubernetes', 'customresourcedefinitions.gen.yaml'), 'utf8'),
  )
  for (const name of ISTIO_CRDS) {
    const document = documents.find((candidate) => candidate.getIn(['metadata', 'name']) === name)
    if (!document) throw new Error(`istio.io/api holds no CRD named ${name}`)
    writeFileSync(join(target, `${name}.yaml`), document.toString())
  }
  const gateway = join(moduleFolder('sigs.k8s.io/gateway-api', env), 'config', 'crd', 'standard')
  for (const plural of GATEWAY_CRDS) {
    const source = join(gateway, `gateway.networking.k8s.io_${plural}.yaml`)
    copyFileSync(source, join(target, `${plural}.gateway.networking.k8s.io.yaml`))
  }
}

function moduleFolder(module, env) {
  const answer = run('go', ['mod', 'download', '-json', module], join(HERE, 'crds'), env)
  return JSON.parse(answer).Dir
}

/** The environment of a Go that is new enough; says what to install and ends the process where there is none. */
function goEnvironment() {
  const env = { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' }
  const asked = spawnSync('go', ['env', 'GOVERSION', 'GOTOOLCHAIN'], { cwd: cacheRootMade(), encoding: 'utf8' })
  if (asked.error || asked.status !== 0) refuse('No Go is on the PATH.')
  const [version = '', toolchain = ''] = asked.stdout.trim().split('\n')
  if (atLeast(version, GO_NEEDED)) return env
  if (!atLeast(version, GO_FETCHES_ITSELF)) refuse(`The Go on the PATH is ${version}.`)
  if (process.env.GOTOOLCHAIN === 'local') refuse(`The Go on the PATH is ${version} and GOTOOLCHAIN is ${toolchain}.`)
  say(`${version} is on the PATH: it fetches Go ${GO_NEEDED.major}.${GO_NEEDED.minor} through the Go module proxy.`)
  return { ...env, GOTOOLCHAIN: 'auto' }
}

function atLeast(version, wanted) {
  const match = /go(\d+)\.(\d+)/.exec(version)
  if (!match) return false
  const [major, minor] = [Number(match[1]), Number(match[2])]
  return major > wanted.major || (major === wanted.major && minor >= wanted.minor)
}

function refuse(what) {
  say(`${what} The control plane of the tests is built with Go ${GO_NEEDED.major}.${GO_NEEDED.minor} or newer. Either`)
  say('  - install Go from https://go.dev/dl/ and put its bin folder on the PATH; or')
  say(
    '  - install any Go from 1.21 on, which fetches the rest by itself through the Go module proxy. Debian 12 itself has',
  )
  say('    1.19, too old; its backports have a newer one: add bookworm-backports to the apt sources, then')
  say('    apt-get update && apt-get install -t bookworm-backports golang-go; or')
  say('  - use a cluster of your own: TMINUS_TEST_CLUSTER=external KUBECONFIG=<file> npm run test:cluster')
  process.exit(1)
}

function run(command, args, cwd, env) {
  const done = spawnSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
  if (done.error) throw done.error
  if (done.status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${done.status ?? done.signal}`)
  return done.stdout
}

function hashOfSources() {
  const hash = createHash('sha256')
  hash.update(JSON.stringify([process.platform, process.arch, PROGRAMS, ISTIO_CRDS, GATEWAY_CRDS]))
  for (const source of SOURCES) hash.update(readFileSync(join(HERE, source)))
  return hash.digest('hex').slice(0, 16)
}

function cacheRoot() {
  return process.env.TMINUS_CACHE || join(homedir(), '.cache', 'tminus')
}

/** Go is asked outside any module: inside one it would already fetch the toolchain that go.mod names. */
function cacheRootMade() {
  mkdirSync(cacheRoot(), { recursive: true })
  return cacheRoot()
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
}

function say(line) {
  console.error(line)
}
