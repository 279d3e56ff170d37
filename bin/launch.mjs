// Runs a file under Node 24 as if it were this process: with the same terminal, signals and exit status.
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import process from 'node:process'
import { pathToFileURL } from 'node:url'

/** `nodeArgs` are options of Node, `args` the arguments of the file. */
export async function launch(node, { nodeArgs = [], file, args }) {
  if (node === process.execPath && nodeArgs.length === 0) {
    process.argv = [node, file, ...args]
    await import(pathToFileURL(file).href)
    return
  }

  // If this process is killed, the IPC channel closes, and a server in the child then ends itself.
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', ...nodeArgs, file, ...args], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, HAGANE_LAUNCHED: '1' },
  })

  // A terminal sends SIGINT to both processes, so it is not sent again.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))

  child.on('error', (error) => {
    process.stderr.write(`hagane: cannot start ${node}: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0))
  })
}
