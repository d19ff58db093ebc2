import { describe, expect, it } from 'vitest'
import { judgeAlerts } from '../../src/checks/no-open-alerts.ts'
import { makeService } from '../playbook/fixtures.ts'

describe('no-open-alerts', () => {
  it('says which alerts it looked for', () => {
    expect(judgeAlerts(makeService(), []).sentence).toBe('No alert that matches {service="api"} is firing.')
  })

  it('fails with the names of those that fire, their labels beside', () => {
    const labels = { alertname: 'HighLatency', severity: 'page' }
    const found = judgeAlerts(makeService(), [
      { name: 'HighLatency', labels },
      { name: 'DiskFull', labels: {} },
    ])
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain('2 alerts firing: HighLatency, DiskFull.')
    expect(found.evidence).toContain('HighLatency  alertname=HighLatency, severity=page')
  })

  it('waits where the store cannot be asked', () => {
    expect(judgeAlerts(makeService(), { unreachable: 'Prometheus is down' })).toEqual({
      status: 'not-yet',
      sentence: 'Open alerts are not known: Prometheus is down.',
    })
  })
})
