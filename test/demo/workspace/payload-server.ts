import { createServer } from 'node:http'

/** An app that acknowledges everything with an empty 200 and remembers the last form it was sent. */
export async function payloadServer(): Promise<{ url: string; last(): URLSearchParams; stop(): Promise<void> }> {
  let last = new URLSearchParams()
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      last = new URLSearchParams(body)
      response.end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  const stop = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${address.port}/`, last: () => last, stop }
}
