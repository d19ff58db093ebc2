import { type Block, Message, type MessageProps } from 'slack-blocks-to-jsx'
import { usePage } from './use-workspace.ts'
import type { Json } from './wire.ts'

/** Blocks drawn by the library: rich text, tables, markdown, plans and the like. */
export function LibraryBlocks({ blocks }: { readonly blocks: readonly Json[] }) {
  const { people, channels, app } = usePage()
  const users = people.map((person) => ({ id: person.id, name: person.realName }))
  const data: NonNullable<MessageProps['data']> = {
    users: [...users, { id: app.botUserId, name: app.botName }],
    channels: channels.map((channel) => ({ id: channel.id, name: channel.name })),
  }
  return <Message blocks={blocks.filter(isBlock)} logo="" name="" data={data} withoutWrapper />
}

/** The workspace took these blocks, so they passed Slack's own rules; the library skips kinds it does not know. */
function isBlock(block: Json): block is Json & Block {
  return typeof block.type === 'string'
}
