// The minimum of a durable ingest, for comparison with the server: parse, insert one row per batch, commit, answer.
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

const [file, port] = process.argv.slice(2)
const database = new DatabaseSync(file!)
database.exec(
  'pragma journal_mode = wal; pragma synchronous = full; create table batch (id integer primary key, path text, first integer, body text)',
)
const insert = database.prepare('insert into batch (path, first, body) values (?, ?, ?)')

const server = createServer((request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    if (request.method === 'POST') {
      const text = Buffer.concat(parts).toString()
      const { first } = JSON.parse(text) as { first: number }
      insert.run(request.url!, first, text)
    }

    response.setHeader('content-type', 'application/json')
    response.end('{"ack":0,"refused":[]}')
  })
})

server.listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))
