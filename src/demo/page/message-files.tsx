import type { Json } from './wire.ts'

/** Files of a message: pictures are shown, the rest is a link. */
export function MessageFiles({ files }: { readonly files: readonly Json[] }) {
  if (files.length === 0) return null
  return (
    <div className="files">
      {files.map((file) => {
        const title = String(file.title ?? file.name)
        const address = new URL(String(file.url_private), location.href).pathname
        const isPicture = String(file.mimetype).startsWith('image/')
        return (
          <figure key={String(file.id)} className="file">
            <figcaption>
              <a href={address} target="_blank" rel="noreferrer">
                {title}
              </a>
              <small> {Math.ceil(Number(file.size) / 1024)} kB</small>
            </figcaption>
            {isPicture && <img src={address} alt={String(file.alt_txt ?? title)} />}
          </figure>
        )
      })}
    </div>
  )
}
