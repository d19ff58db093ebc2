import type { JsonObject } from './json-object.ts'

/** Somebody of the local workspace. Flags left out are false; the defaults describe a full member. */
export interface DemoPerson {
  /** Slack's id of the person: `U` or `W` and capitals or digits. */
  readonly id: string
  /** The handle, without `@`. */
  readonly name: string
  readonly realName: string
  readonly email?: string
  /** What the person does, as the profile shows it. */
  readonly title?: string
  /** IANA name, default UTC. */
  readonly tz?: string
  readonly teamId?: string
  readonly deleted?: boolean
  readonly isBot?: boolean
  readonly isAdmin?: boolean
  readonly isRestricted?: boolean
  readonly isUltraRestricted?: boolean
  readonly isStranger?: boolean
}

export interface UserGroup {
  readonly id: string
  readonly handle: string
  readonly users: readonly string[]
}

/** The person as `users.info` tells it. */
export function userObject(person: DemoPerson, homeTeam: string): JsonObject {
  const teamId = person.teamId ?? homeTeam
  return {
    id: person.id,
    team_id: teamId,
    name: person.name,
    real_name: person.realName,
    deleted: person.deleted ?? false,
    tz: person.tz ?? 'Etc/UTC',
    tz_label: person.tz ?? 'Coordinated Universal Time',
    tz_offset: offsetSeconds(person.tz ?? 'UTC'),
    profile: {
      title: person.title ?? '',
      real_name: person.realName,
      real_name_normalized: person.realName,
      display_name: person.name,
      display_name_normalized: person.name,
      team: teamId,
      ...(person.email === undefined ? {} : { email: person.email }),
    },
    is_admin: person.isAdmin ?? false,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: person.isRestricted ?? false,
    is_ultra_restricted: person.isUltraRestricted ?? false,
    is_stranger: person.isStranger ?? false,
    is_bot: person.isBot ?? false,
    is_app_user: false,
    is_email_confirmed: person.email !== undefined,
    has_2fa: true,
    updated: 0,
  }
}

/** The zone's distance from UTC in seconds on 1 January 2026; zero for a zone that nobody knows. */
function offsetSeconds(tz: string): number {
  try {
    const parts = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' }).formatToParts(
      Date.UTC(2026, 0, 1),
    )
    const offset = parts.find((part) => part.type === 'timeZoneName')?.value ?? ''
    const match = /GMT([+-])(\d\d):(\d\d)/.exec(offset)
    if (!match) return 0
    const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60
    return match[1] === '-' ? -seconds : seconds
  } catch {
    return 0
  }
}
