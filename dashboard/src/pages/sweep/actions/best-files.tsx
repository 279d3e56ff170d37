import type { ReactElement } from 'react'

import { buildPath } from '../../../../../src/contract/endpoints.ts'
import { useArtifacts } from '../../../api/files.ts'
import { formatBytes } from '../../../format.ts'
import { t } from '../../../texts/texts.ts'
import { Menu } from '../../../ui/menu.tsx'
import { nameOf } from '../../run/files/folders.ts'

const FILES_MAX = 100

/** A menu of links that download the artifacts of the best trial. */
export function BestFiles({ best }: { readonly best: number }): ReactElement {
  return (
    <span className="not-phone">
      <Menu isBare={false} icon="download" label={t('best_files')}>
        <FileLinks run={String(best)} />
      </Menu>
    </span>
  )
}

function FileLinks({ run }: { readonly run: string }): ReactElement {
  const { data, error } = useArtifacts(run)
  if (error) return <p className="bad small">{error.message}</p>
  if (data?.length === 0) return <p className="dim small">{t('no_artifacts')}</p>

  return (
    <>
      {(data ?? []).slice(0, FILES_MAX).map(({ path, sizeBytes }) => (
        <a key={path} href={buildPath('getArtifact', { run }, { path })} download={nameOf(path)}>
          <span className="mono clip grow">{path}</span>
          <span className="dim small">{formatBytes(sizeBytes)}</span>
        </a>
      ))}
      {data && data.length > FILES_MAX && <p className="dim small">{t('and_more', { n: data.length - FILES_MAX })}</p>}
    </>
  )
}
