import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fileJournal } from '../../../src/adapters/journal/file-journal.ts'

describe('the deployment log in a file', () => {
  let dir: string
  let path: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tminus-journal-'))
    path = join(dir, 'var', 'log', 'deployments.log')
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))
  const lines = async () => (await readFile(path, 'utf8')).split('\n')

  it('creates its folder and appends a line with its key', async () => {
    const journal = fileJournal(path)
    await journal.append('api-1', 'api v2.0 completed')
    await journal.append('api-2', 'api v2.1 rolled back')
    expect(await lines()).toEqual(['api v2.0 completed [api-1]', 'api v2.1 rolled back [api-2]', ''])
  })

  it('writes a key once, also at the same time and after a restart', async () => {
    const journal = fileJournal(path)
    await Promise.all([
      journal.append('api-1', 'once'),
      journal.append('api-1', 'once'),
      journal.append('api-11', 'other'),
    ])
    await fileJournal(path).append('api-1', 'again')
    expect(await lines()).toEqual(['once [api-1]', 'other [api-11]', ''])
  })

  it('keeps what is one entry on one line', async () => {
    await fileJournal(path).append('api-1', 'a\nforged [api-2]\r\n')
    await fileJournal(path).append('api-2', 'real')
    expect(await lines()).toEqual(['a forged [api-2] [api-1]', 'real [api-2]', ''])
  })

  it('starts a new line after half a line that a crash left', async () => {
    await fileJournal(path).append('api-1', 'whole')
    await appendFile(path, 'half a li')
    await fileJournal(path).append('api-2', 'whole')
    expect(await lines()).toEqual(['whole [api-1]', 'half a li', 'whole [api-2]', ''])
  })

  it('names the file when it cannot be written, and goes on afterwards', async () => {
    await writeFile(join(dir, 'var'), 'a file where a folder is needed')
    const journal = fileJournal(path)
    await expect(journal.append('api-1', 'line')).rejects.toThrow(`The log ${path} cannot be written`)
    await rm(join(dir, 'var'))
    await journal.append('api-1', 'line')
    expect(await lines()).toEqual(['line [api-1]', ''])
  })
})
