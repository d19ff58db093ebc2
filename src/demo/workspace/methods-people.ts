import { type JsonObject, stringField } from './json-object.ts'
import { userObject } from './people.ts'
import { type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

export const PEOPLE_METHODS: Readonly<Record<string, WebMethod>> = {
  'auth.test': { scopes: [], run: authTest },
  'apps.connections.open': { scopes: ['connections:write'], token: 'app', run: openConnection },
  'users.info': { scopes: ['users:read'], run: userInfo },
  'users.lookupByEmail': { scopes: ['users:read.email'], run: lookupByEmail },
  'usergroups.users.list': { scopes: ['usergroups:read'], run: groupUsers },
}

function authTest(slack: Slack): MethodResult {
  const { app } = slack
  return {
    ok: true,
    url: `${slack.origin()}/`,
    team: app.teamName,
    user: app.botName,
    team_id: app.teamId,
    user_id: app.botUserId,
    bot_id: app.botId,
    is_enterprise_install: false,
  }
}

function openConnection(slack: Slack): MethodResult {
  return { ok: true, url: slack.socketUrl() }
}

function userInfo(slack: Slack, args: JsonObject): MethodResult {
  const id = stringField(args, 'user') ?? ''
  const { app } = slack
  if (id === app.botUserId) {
    const bot = { id, name: app.botName, realName: app.botName, isBot: true }
    return { ok: true, user: userObject(bot, app.teamId) }
  }
  const person = slack.people.get(id)
  return person ? { ok: true, user: userObject(person, app.teamId) } : refuse('user_not_found')
}

function lookupByEmail(slack: Slack, args: JsonObject): MethodResult {
  const email = (stringField(args, 'email') ?? '').toLowerCase()
  const found = [...slack.people.values()].find((person) => !person.deleted && person.email?.toLowerCase() === email)
  return found ? { ok: true, user: userObject(found, slack.app.teamId) } : refuse('users_not_found')
}

function groupUsers(slack: Slack, args: JsonObject): MethodResult {
  const id = stringField(args, 'usergroup')
  const group = slack.groups.find((entry) => entry.id === id)
  if (!group) return refuse('no_such_subteam')
  return { ok: true, users: group.users.filter((user) => !slack.people.get(user)?.deleted) }
}
