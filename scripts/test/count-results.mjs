import { readFileSync } from 'node:fs'

/**
 * Counts what vitest's JSON reporter wrote. A file that failed before its tests began counts as one failure; so does a
 * run that failed without any (an error outside of the tests, or no report at all).
 */
export function countResults(file, exitCode) {
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const { status, assertionResults } of readReport(file)) {
    const count = (state) => assertionResults.filter((test) => test.status === state).length
    passed += count('passed')
    failed += count('failed')
    skipped += assertionResults.length - count('passed') - count('failed')
    if (status === 'failed' && count('failed') === 0) failed += 1
  }
  if (exitCode !== 0 && failed === 0) failed = 1
  return { passed, failed, skipped }
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults ?? []
  } catch {
    return []
  }
}
