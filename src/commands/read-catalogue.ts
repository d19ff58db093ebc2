/** Reads a catalogue file for the commands that need no secrets. */
import { readFileSync } from 'node:fs'
import { formatFaults } from '../config/fault.ts'
import { type Catalogue, readCatalogue } from '../config.ts'

/** The catalogue, or the faults as text for the terminal. A file that cannot be read is a fault like any other. */
export function loadCatalogue(path: string): { readonly catalogue: Catalogue } | { readonly faults: string } {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return { faults: `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
  const reading = readCatalogue(text, path)
  return reading.ok ? { catalogue: reading.catalogue } : { faults: formatFaults(reading.faults) }
}
