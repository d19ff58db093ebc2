import { randomBytes } from 'node:crypto'

/** Who the one app of the local workspace is. Tokens are made anew for each workspace, so none is a secret in this file. */
export interface AppIdentity {
  readonly teamId: string
  readonly teamName: string
  readonly teamDomain: string
  readonly appId: string
  readonly botId: string
  readonly botUserId: string
  readonly botName: string
  readonly botToken: string
  readonly appToken: string
}

/** Slack's own voice: errors of commands and the like. */
export const SLACKBOT = 'USLACKBOT'

export function newAppIdentity(): AppIdentity {
  return {
    teamId: 'T0TMINUS01',
    teamName: 'Local workspace',
    teamDomain: 'local-workspace',
    appId: 'A0TMINUS01',
    botId: 'B0TMINUS01',
    botUserId: 'U0TMINUS01',
    botName: 'tminus',
    botToken: `xoxb-${randomBytes(16).toString('hex')}`,
    appToken: `xapp-1-${randomBytes(16).toString('hex')}`,
  }
}
