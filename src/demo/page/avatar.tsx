interface AvatarProps {
  readonly id: string
  readonly name: string
  readonly size: number
  readonly isApp?: boolean
}

const COLORS = ['#7c3aa0', '#1f6f8b', '#b4531f', '#2d7a46', '#a3325c', '#45529e', '#8a6a12']

/** Initials on a color that stays with the person; the app has its own sign. Decorative: the name stands beside it. */
export function Avatar({ id, name, size, isApp = false }: AvatarProps) {
  const sum = [...id].reduce((total, letter) => (total * 33 + letter.charCodeAt(0)) % 65_521, 7)
  const slackbot = id === 'USLACKBOT'
  const background = isApp ? '#0b7a6b' : slackbot ? '#5b5560' : COLORS[sum % COLORS.length]
  const words = name.split(' ').filter((word) => /^\p{L}/u.test(word))
  const initials = isApp ? 'T−' : `${words[0]?.[0] ?? ''}${words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''}`
  return (
    <span
      className="avatar"
      aria-hidden="true"
      style={{ width: size, height: size, fontSize: size * 0.42, borderRadius: size * 0.22, background }}
    >
      {initials.toUpperCase()}
    </span>
  )
}
