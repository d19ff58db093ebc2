/** Shapes of credentials that people paste and programs print: Slack's, GitHub's, AWS's, a private key. */
export const SECRET_SHAPES: readonly RegExp[] = [
  /\bxox[a-z]-[\w-]+/i,
  /\bxapp-[\w-]+/i,
  /hooks\.slack\.com\/(services|workflows|triggers)\/\S+/i,
  /\b(ghp|gho|ghs|ghu|github_pat)_\w{16,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
]

/** A password inside an address: `postgres://user:password@host`. */
export const PASSWORD_IN_ADDRESS = /[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#@]*:[^\s/?#@]+@/i
