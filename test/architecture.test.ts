/**
 * Who may import whom, and what no file may hold. Every import line of src is read; a line of the table below that no
 * longer fits the code is a reason to talk, not to add an exception.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** For each part of src, the parts it may import beside itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  playbook: [],
  ports: ['playbook'],
  config: ['playbook'],
  checks: ['ports', 'playbook'],
  handlers: ['ports', 'playbook'],
  jobs: ['checks', 'ports', 'playbook'],
  bot: ['handlers', 'ports', 'playbook'],
  adapters: ['ports', 'playbook'],
  demo: ['adapters', 'ports', 'playbook', 'config'],
  commands: ['adapters', 'bot', 'checks', 'config', 'demo', 'handlers', 'jobs', 'ports', 'playbook'],
  main: ['adapters', 'bot', 'checks', 'commands', 'config', 'demo', 'handlers', 'jobs', 'ports', 'playbook'],
}

const FORBIDDEN_NAMES = /^(utils?|helpers?|common|misc|shared|lib|types|index|constants|interfaces)(\.tsx?)?$/

interface Import {
  readonly from: string
  /** A file of src for relative imports, a package otherwise. */
  readonly to: string
  readonly relative: boolean
  readonly typeOnly: boolean
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
    .sort()
}

const sources = filesUnder('src')
const tests = filesUnder('test')
const texts = new Map([...sources, ...tests].map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]))
const textOf = (file: string) => texts.get(file) ?? ''
/** The text without comments, its line breaks kept. Good enough for the patterns looked for here. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1')

const IMPORT = /(?:^|\n)\s*(import|export)\s+(type\s+)?([^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g

function importsOf(file: string): readonly Import[] {
  return [...codeOf(file).matchAll(IMPORT)].map(([, , type, names = '', fixed, dynamic]) => {
    const target = fixed ?? dynamic ?? ''
    const inner =
      /\{([^}]*)\}/
        .exec(names)?.[1]
        ?.split(',')
        .filter((name) => name.trim() !== '') ?? []
    const allTypes = inner.length > 0 && inner.every((name) => /^\s*type\s/.test(name)) && /^\s*\{/.test(names)
    const isRelative = target.startsWith('.')
    const to = isRelative ? relative(ROOT, join(ROOT, dirname(file), target)) : target
    return { from: file, to, relative: isRelative, typeOnly: type !== undefined || allTypes }
  })
}

const imports = sources.flatMap(importsOf)

/** `src/bot/app.ts` -> bot; `src/main.ts` -> main. */
function partOf(file: string): string {
  return file.split('/')[1]?.replace(/\.ts$/, '') ?? ''
}

const place = ({ from, to }: Import) => `${from} imports ${to}`

describe('imports', () => {
  it('go one way', () => {
    const uphill = imports.filter(({ from, to, relative: inside }) => {
      if (!inside || !to.startsWith('src/')) return false
      const [own, other] = [partOf(from), partOf(to)]
      return own !== other && !(MAY_IMPORT[own] ?? []).includes(other)
    })
    expect(uphill.map(place)).toEqual([])
  })

  it('know every part of src', () => {
    const parts = new Set(sources.map(partOf))
    expect([...parts].filter((part) => !Object.hasOwn(MAY_IMPORT, part))).toEqual([])
  })

  it('stay inside src, and reach files that are there', () => {
    const lost = imports.filter(({ to, relative: inside }) => inside && !texts.has(to) && !/\.(css|svg)$/.test(to))
    expect(lost.map(place)).toEqual([])
  })

  it('name the file they mean, with its ending', () => {
    const vague = imports.filter(({ to, relative: inside }) => inside && !/\.(ts|tsx|css|svg)$/.test(to))
    expect(vague.map(place)).toEqual([])
  })

  it('of the page take only types, and only from the workspace it shows', () => {
    const wrong = imports.filter(
      ({ from, to, relative: inside, typeOnly }) =>
        from.startsWith('src/demo/page/') &&
        inside &&
        !to.startsWith('src/demo/page/') &&
        !(to.startsWith('src/demo/workspace/') && typeOnly),
    )
    expect(wrong.map(place)).toEqual([])
  })

  it('make no circle', () => {
    expect(findCircles()).toEqual([])
  })

  it('of packages: the rules have none', () => {
    const packages = imports.filter(({ from, relative: inside }) => partOf(from) === 'playbook' && !inside)
    expect(packages.map(place)).toEqual([])
  })

  it('of packages: Slack is spoken in bot (and its stand-in), Kubernetes and Redis only in adapters', () => {
    const homes: readonly (readonly [RegExp, readonly string[]])[] = [
      [/^@slack\//, ['bot', 'adapters', 'commands']],
      [/^@kubernetes\//, ['adapters']],
      [/^(bullmq|ioredis)/, ['adapters']],
      [/^(react|react-dom|slack-blocks-to-jsx)/, ['demo']],
    ]
    const astray = imports.filter(
      ({ from, to, relative: inside, typeOnly }) =>
        !inside && !typeOnly && homes.some(([name, parts]) => name.test(to) && !parts.includes(partOf(from))),
    )
    expect(astray.map(place)).toEqual([])
  })
})

/** Circles of imports that run when modules load; a type is gone by then. Each is told once. */
function findCircles(): readonly string[] {
  const next = new Map(sources.map((file) => [file, [] as string[]]))
  for (const { from, to, relative: inside, typeOnly } of imports) if (inside && !typeOnly) next.get(from)?.push(to)
  const circles = new Set<string>()
  const finished = new Set<string>()
  const visit = (file: string, trail: readonly string[]) => {
    const at = trail.indexOf(file)
    if (at !== -1) {
      circles.add([...trail.slice(at), file].join(' -> '))
      return
    }
    if (finished.has(file)) return
    for (const target of next.get(file) ?? []) visit(target, [...trail, file])
    finished.add(file)
  }
  for (const file of sources) visit(file, [])
  return [...circles]
}

/** `file:line` of every match in the code. */
function found(files: readonly string[], pattern: RegExp, read: (file: string) => string = codeOf): readonly string[] {
  return files.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim()}`] : [])),
  )
}

describe('the rules of the playbook', () => {
  it('read no clock, make no ids and know no process', () => {
    const rules = sources.filter((file) => partOf(file) === 'playbook')
    expect(
      found(rules, /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bprocess\b\.|\bsetTimeout\b|\bfetch\(/),
    ).toEqual([])
  })

  it('leave time to the Clock port: outside of adapters, the demo and commands nothing asks for it itself', () => {
    const through = sources.filter((file) => ['bot', 'checks', 'handlers', 'jobs'].includes(partOf(file)))
    expect(found(through, /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b/)).toEqual([])
  })

  it('leave the environment to one file', () => {
    const readers = sources.filter((file) => !['main', 'commands'].includes(partOf(file)))
    expect(found(readers, /\bprocess\.env\b/)).toEqual([])
  })
})

describe('files', () => {
  it('have at most 300 lines, tests at most 600', () => {
    const long = [...sources, ...tests].flatMap((file) => {
      const lines = textOf(file).split('\n').length - 1
      return lines > (file.startsWith('src/') ? 300 : 600) ? [`${file}: ${lines}`] : []
    })
    expect(long).toEqual([])
  })

  it('are no barrels: a file does more than pass on what others say', () => {
    const barrels = sources.filter((file) => {
      const statements = codeOf(file).replace(/export\s+(type\s+)?(\*|\{[^}]*\})(\s+as\s+\w+)?\s+from\s+'[^']+';?/g, '')
      return statements.trim() === '' && textOf(file).includes('export')
    })
    expect(barrels).toEqual([])
  })

  it('and folders are named for what they hold', () => {
    const vague = [...sources, ...tests].filter((file) => file.split('/').some((part) => FORBIDDEN_NAMES.test(part)))
    expect(vague).toEqual([])
  })

  it('are in kebab-case', () => {
    const names = [...sources, ...tests].filter(
      (file) => !/^[a-z0-9-]+(\.[a-z]+)*\.tsx?$/.test(file.split('/').at(-1) ?? ''),
    )
    expect(names).toEqual([])
  })

  it('hold no way around the types', () => {
    const holes = /\bas any\b|:\s*any\b|<any\b|\bany\[\]|\bas unknown as\b|[\w)\]]!(?=[.[;,)\s]|$)(?!\s*=)/
    const strings = (file: string) =>
      codeOf(file).replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, quoted)
    expect(found(sources, holes, strings)).toEqual([])
    expect(
      found([...sources, ...tests], /@ts-(ignore|nocheck|expect-error)|eslint-disable|biome-ignore-all/, textOf).filter(
        notHere,
      ),
    ).toEqual([])
  })

  it('name no place on one machine', () => {
    expect(found([...sources, ...tests], /['"`](\/(home|Users|root|work)\/|[A-Z]:\\)/, textOf).filter(notHere)).toEqual(
      [],
    )
  })

  it('of tests have no skipped or only tests and no module mocks', () => {
    expect(
      found(tests, /\b(it|test|describe)\.(skip|only|todo)\b|\bvi\.(mock|doMock|hoisted)\(/).filter(notHere),
    ).toEqual([])
  })
})

/** Quoted text without its content, line breaks kept. */
function quoted(text: string): string {
  return `'${text.slice(1, -1).replace(/[^\n]/g, ' ')}'`
}

function notHere(line: string): boolean {
  return !line.startsWith('test/architecture.test.ts')
}
