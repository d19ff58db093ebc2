/** The Journal port as a text file: one line for each deployment that ended. */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Journal } from '../../ports/journal.ts'

/** How far back a key is looked for, bytes. A line is written again only by a retry, so it is among the last. */
const TAIL_BYTES = 256 * 1024

/**
 * Appends `<line> [<key>]`, and nothing when one of the file's last lines (256 KiB) has that key already. Creates the
 * file and its folder. Breaks in a line become blanks. Throws an Error that names the file when it cannot be written.
 */
export function fileJournal(path: string): Journal {
  let last: Promise<void> = Promise.resolve()
  const append = async (key: string, line: string) => {
    try {
      await mkdir(dirname(path), { recursive: true })
      await appendOnce(path, ` [${oneLine(key)}]`, oneLine(line))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`The log ${path} cannot be written: ${why}`, { cause: error })
    }
  }
  return {
    append: (key, line) => {
      // One after another: looking for the key and writing it must not mix with another's.
      const mine = last.then(() => append(key, line))
      last = mine.catch(() => {})
      return mine
    },
  }
}

async function appendOnce(path: string, mark: string, line: string): Promise<void> {
  const file = await open(path, 'a+')
  try {
    const tail = await readTail(file)
    if (tail.split('\n').some((written) => written.endsWith(mark))) return
    // A crash may have left half a line.
    const start = tail === '' || tail.endsWith('\n') ? '' : '\n'
    await file.appendFile(`${start}${line}${mark}\n`)
    await file.datasync()
  } finally {
    await file.close()
  }
}

async function readTail(file: FileHandle): Promise<string> {
  const { size } = await file.stat()
  const length = Math.min(size, TAIL_BYTES)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString('utf8', 0, bytesRead)
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n]+/g, ' ').trim()
}
