/** People as Slack knows them at this moment: asked at every decision, never remembered. */
import { ChatError } from '../ports/chat.ts'
import type { People, Person } from '../ports/people.ts'
import type { SlackWeb } from './slack-web.ts'
import { isTable, type Table } from './views/block-reading.ts'

/** A click waits for the answer, and Slack waits for the click: 3 s in all. */
const ASK_MS = 1_500

/** `allowedTeams`: whose members may decide; default: the workspace (and organisation) of the bot. */
export function slackPeople(web: SlackWeb, allowedTeams?: readonly string[]): People {
  return {
    async lookup(userId) {
      const teams = allowedTeams ?? (await web.identity()).teams
      try {
        const answer = await web.call('users.info', { user: userId }, { timeoutMs: ASK_MS })
        return personFrom(userId, isTable(answer.user) ? answer.user : {}, teams)
      } catch (failure) {
        if (!(failure instanceof ChatError) || !/^users?_not_(found|visible)$/.test(failure.code)) throw failure
        return { id: userId, name: userId, team: '', kind: 'stranger' }
      }
    },
  }
}

function personFrom(id: string, user: Table, allowedTeams: readonly string[]): Person {
  const profile = isTable(user.profile) ? user.profile : {}
  const name = firstText(profile.display_name, profile.real_name, user.real_name, user.name) ?? id
  const team = firstText(user.team_id) ?? ''
  return { id, name, team, kind: kindOf(user, [team, ...organisation(user)], allowedTeams) }
}

/** The most restrictive that applies. Somebody of whom nothing is known is a stranger. */
function kindOf(user: Table, teams: readonly string[], allowedTeams: readonly string[]): Person['kind'] {
  if (user.deleted === true) return 'deleted'
  if (user.is_bot === true || user.is_workflow_bot === true) return 'bot'
  if (user.is_stranger === true || !teams.some((team) => allowedTeams.includes(team))) return 'stranger'
  if (user.is_restricted === true || user.is_ultra_restricted === true) return 'guest'
  return 'member'
}

/** In an Enterprise organisation a person has several teams. */
function organisation(user: Table): readonly string[] {
  const enterprise = isTable(user.enterprise_user) ? user.enterprise_user : {}
  const teams: readonly unknown[] = Array.isArray(enterprise.teams) ? enterprise.teams : []
  return [enterprise.enterprise_id, ...teams].filter((team) => typeof team === 'string')
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '')
}
