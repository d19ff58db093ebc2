/** The one channel of the stand-in. Apart from it, so that it can be named without starting one. */
export const CHANNEL = 'C0BENCH'
