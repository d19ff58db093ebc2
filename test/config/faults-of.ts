import { readCatalogue } from '../../src/config.ts'

/** A catalogue with one good service; `more` stands under the service, indented by four. */
export function catalogueWith(more: string): string {
  return `services:
  api:
    image: registry.example.com/shop/api
    channel: C0DEPLOYS
    approvers: [U0ANNA, U0CHLOE]
${more
  .split('\n')
  .map((line) => `    ${line}`)
  .join('\n')}
`
}

/** Every fault of a text as `line:column path is seen: allowed`. */
export function faultsOf(text: string): readonly string[] {
  const reading = readCatalogue(text, 'tminus.yml')
  if (reading.ok) return []
  return reading.faults.map(
    (fault) => `${fault.line}:${fault.column} ${fault.path} is ${fault.seen ?? '-'}: ${fault.allowed}`,
  )
}
