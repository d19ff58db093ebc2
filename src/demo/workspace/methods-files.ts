/** Upload in three steps: ask for an address, send the bytes there, share the file. `files.upload` is gone from Slack. */
import { mimeType, type StoredFile, UPLOAD_LIMIT } from './file-store.ts'
import { isObject, type JsonObject, objectsField, stringField } from './json-object.ts'
import { channelOf, type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

const WRITE = ['files:write']

export const FILE_METHODS: Readonly<Record<string, WebMethod>> = {
  'files.getUploadURLExternal': { scopes: WRITE, run: uploadUrl },
  'files.completeUploadExternal': { scopes: WRITE, run: complete },
}

function uploadUrl(slack: Slack, args: JsonObject): MethodResult {
  const name = stringField(args, 'filename') ?? ''
  const length = Number(args.length)
  if (name === '' || !Number.isInteger(length) || length <= 0) return refuse('invalid_arguments')
  if (length > UPLOAD_LIMIT) return refuse('file_upload_size_restricted')
  const file = slack.files.announce(name, length, stringField(args, 'alt_txt'))
  return { ok: true, upload_url: `${slack.origin()}/upload/${file.id}`, file_id: file.id }
}

function complete(slack: Slack, args: JsonObject): MethodResult {
  const asked = objectsField(args, 'files')
  const found = asked.map((entry) => slack.files.find(stringField(entry, 'id') ?? ''))
  const files = found.filter((file): file is StoredFile => file?.bytes !== undefined)
  if (asked.length === 0 || files.length !== asked.length) return refuse('file_not_found')
  asked.forEach((entry) => {
    const title = stringField(entry, 'title')
    if (title !== undefined) slack.files.entitle(stringField(entry, 'id') ?? '', title)
  })
  const id = stringField(args, 'channel_id') ?? stringField(args, 'channels')
  const objects = files.map((file) => fileObject(slack, file))
  if (id === undefined) return { ok: true, files: objects }
  const channel = channelOf(slack, { channel: id })
  if (!channel) return refuse('channel_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const threadTs = stringField(args, 'thread_ts')
  const blocks = args.blocks
  slack.store.post({
    channel: channel.id,
    user: slack.app.botUserId,
    text: stringField(args, 'initial_comment') ?? '',
    files: objects,
    ...(Array.isArray(blocks) ? { blocks: blocks.filter(isObject) } : {}),
    ...(threadTs === undefined ? {} : { threadTs }),
  })
  return { ok: true, files: objects }
}

function fileObject(slack: Slack, file: StoredFile): JsonObject {
  const current = slack.files.find(file.id) ?? file
  return {
    id: file.id,
    name: file.name,
    title: current.title ?? file.name,
    mimetype: mimeType(file.name).split(';')[0],
    size: current.bytes?.byteLength ?? 0,
    user: slack.app.botUserId,
    url_private: `${slack.origin()}/files/${file.id}/${encodeURIComponent(file.name)}`,
    permalink: `${slack.origin()}/files/${file.id}/${encodeURIComponent(file.name)}`,
    ...(file.altText === undefined ? {} : { alt_txt: file.altText }),
  }
}
