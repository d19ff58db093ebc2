/** The blocks that one only reads and that most messages consist of: sections, headers, context, pictures. */
import type { ReactNode } from 'react'
import { keyed, objects, plain } from './block-fields.ts'
import { Mrkdwn, plainWords } from './mrkdwn.tsx'
import type { Json } from './wire.ts'

/** A text object of either kind. */
export function TextObject({ value }: { readonly value: Json }) {
  if (value.type === 'mrkdwn') return <Mrkdwn text={plain(value)} />
  return (
    <div className="mrkdwn">
      <div className="mrkdwn-lines">{plainWords(plain(value))}</div>
    </div>
  )
}

/** `control` is the accessory when it is something to press. */
export function SectionBlock({ block, control }: { readonly block: Json; readonly control?: ReactNode }) {
  const [text] = objects([block.text])
  const [accessory] = objects([block.accessory])
  const fields = objects(block.fields)
  const side = accessory?.type === 'image' ? <Picture image={accessory} className="thumbnail" /> : control
  return (
    <div className={side === undefined ? 'section' : 'section with-side'}>
      <div className="section-words">
        {text && <TextObject value={text} />}
        {fields.length > 0 && (
          <div className="fields">
            {keyed(fields).map(({ key, part }) => (
              <TextObject key={key} value={part} />
            ))}
          </div>
        )}
      </div>
      {side}
    </div>
  )
}

export function HeaderBlock({ block }: { readonly block: Json }) {
  return <h3 className="header-block">{plainWords(plain(block.text))}</h3>
}

export function ContextBlock({ block }: { readonly block: Json }) {
  return (
    <div className="context">
      {keyed(objects(block.elements)).map(({ key, part }) => {
        if (part.type === 'image') return <Picture key={key} image={part} className="context-image" />
        return <TextObject key={key} value={part} />
      })}
    </div>
  )
}

export function ImageBlock({ block }: { readonly block: Json }) {
  const title = plain(block.title)
  return (
    <figure className="image-block">
      {title !== '' && <figcaption>{title}</figcaption>}
      <Picture image={block} />
    </figure>
  )
}

function Picture({ image, className = '' }: { readonly image: Json; readonly className?: string }) {
  return <img className={className} src={String(image.image_url)} alt={String(image.alt_text)} />
}
