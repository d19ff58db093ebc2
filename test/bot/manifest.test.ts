import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'

/** The part of Slack's manifest schema (1.0.0) that ours uses, with its limits. */
const manifest = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(1), minor_version: z.number() }),
  display_information: z.strictObject({
    name: z.string().max(35),
    description: z.string().max(140),
    long_description: z.string().min(175).max(4_000),
    background_color: z.string().regex(/^#[0-9a-f]{6}$/),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.literal(false),
      messages_tab_enabled: z.literal(false),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: z.string().max(80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: z.string().max(32).startsWith('/'),
          description: z.string().max(2_000),
          usage_hint: z.string().max(1_000),
          should_escape: z.literal(true),
        }),
      )
      .length(1),
  }),
  oauth_config: z.strictObject({
    scopes: z.strictObject({ bot: z.array(z.string()), bot_optional: z.array(z.string()) }),
  }),
  settings: z.strictObject({
    interactivity: z.strictObject({ is_enabled: z.literal(true) }),
    socket_mode_enabled: z.boolean(),
    org_deploy_enabled: z.boolean(),
    token_rotation_enabled: z.boolean(),
  }),
})

describe('manifest.yml', async () => {
  const text = await readFile(new URL('../../manifest.yml', import.meta.url), 'utf8')
  const read = manifest.parse(parse(text))

  it('asks for no scope beyond those the bot uses', () => {
    const { bot, bot_optional: optional } = read.oauth_config.scopes
    const needed = bot.filter((scope) => !optional.includes(scope))
    expect(needed).toEqual(['commands', 'chat:write', 'users:read', 'channels:read', 'groups:read'])
    expect(optional.every((scope) => scope.endsWith(':history'))).toBe(true)
  })
  it('says why, at every scope', () => {
    const lines = text.split('\n')
    const scopes = lines.flatMap((line, at) => (/^ {6}- [a-z]+(:[a-z]+)?$/.test(line) ? [at] : []))
    const explained = (at: number): boolean => {
      const before = lines[at - 1]?.trim() ?? ''
      return before.startsWith('#') || (before.startsWith('- ') && explained(at - 1)) || before.endsWith('_optional:')
    }
    expect(scopes.length).toBeGreaterThanOrEqual(7)
    expect(scopes.every(explained)).toBe(true)
  })
})
