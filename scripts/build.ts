import { spawnSync } from 'node:child_process'
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

import { buildDashboard } from './dashboard.ts'

/** Emits the published JavaScript and the dashboard to `dist/`: Node strips no types below node_modules. */
const root = join(import.meta.dirname, '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const { status } = spawnSync(join(root, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], { stdio: 'inherit', cwd: root })
for (const script of ['executors/local/supervise.sh', 'environments/build.sh']) copyFileSync(join(root, 'src', script), join(root, 'dist', script))
if (status === 0) buildDashboard()
process.exit(status ?? 1)
