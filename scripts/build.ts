import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Emits the published JavaScript to `dist/`: Node strips no types below node_modules. */
const root = join(import.meta.dirname, '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { stdio: 'inherit', cwd: root })
copyFileSync(join(root, 'src/executors/local/supervise.sh'), join(root, 'dist/executors/local/supervise.sh'))
process.exit(status ?? 1)
