/** Something is missing that cannot be had from here; the message says exactly what to do. */
export class SetupError extends Error {
  name = 'SetupError'
}
