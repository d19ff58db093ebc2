import type { Service } from '../playbook/service.ts'
import type { Check, CheckResult } from './check.ts'
import { some } from './words.ts'

export const podsToldApart: Check = {
  name: 'pods-told-apart',
  claim: 'every query measures the new pods only, though old ones stand in the same Deployment',
  run: async ({ service }) => judgeQueriesApart(service),
}

/** A query by the Deployment alone would measure both versions at once, and the old one would hide the new one's errors. */
export function judgeQueriesApart(service: Service): CheckResult {
  const queries = [
    ...Object.entries(service.traffic).map(([name, query]) => ({ name: `traffic.${name}`, query })),
    ...service.thresholds.flatMap(({ metric, query }) =>
      query === null ? [] : [{ name: `thresholds.${metric}.query`, query }],
    ),
  ]
  const mixed = queries.filter(({ query }) => !/\$(pods|version)\b/.test(query)).map(({ name }) => `\`${name}\``)
  if (mixed.length === 0)
    return { status: 'holds', sentence: `${queries.length} queries tell the new pods from the old ones.` }
  return {
    status: 'fails',
    sentence: `${some(mixed)} of ${service.name} cannot tell new pods from old ones of ${service.workload}: a rolling deployment needs \`pod=~"$pods"\` or \`$version\` in each. Put it there, or deploy by canary.`,
  }
}
