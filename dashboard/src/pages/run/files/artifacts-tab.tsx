import type { ReactElement } from 'react'

import { buildPath } from '../../../../../src/contract/endpoints.ts'
import { isTerminal } from '../../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../../src/contract/run.ts'
import type { ArtifactView } from '../../../../../src/contract/tracking.ts'
import { useArtifacts } from '../../../api/files.ts'
import type { StoredFile } from '../../../api/files.ts'
import { formatBytes } from '../../../format.ts'
import { changeQuery, usePageAddress } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { Empty } from '../../../ui/empty.tsx'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { Icon } from '../../../ui/icons.tsx'
import { Loading } from '../../../ui/loading.tsx'
import { FilePanel } from './file-panel.tsx'
import { FilePanes } from './file-panes.tsx'
import { FileTree } from './file-tree.tsx'
import { nameOf } from './folders.ts'
import { Preview } from './preview.tsx'
import { resolveLink } from './resolve-link.ts'

/** The tab of artifacts: the output files of a run as a tree, and a preview of the chosen one. */
export function ArtifactsTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const artifacts = useArtifacts(String(run.number))
  const { query } = usePageAddress()
  const path = query.get('file') ?? undefined

  if (artifacts.error && !artifacts.data)
    return <ErrorNotice error={artifacts.error} onRetry={() => void artifacts.refetch()} />
  if (!artifacts.data) return <Loading what={t('tab_artifacts')} />
  if (artifacts.data.length === 0)
    return (
      <Empty title={t('no_artifacts')} text={t(isTerminal(run.phase) ? 'no_artifacts_ended' : 'no_artifacts_how')} />
    )

  const chosen = artifacts.data.find((one) => one.path === path)

  return (
    <FilePanes>
      <FileTree files={artifacts.data} chosen={path} onChoose={(file) => changeQuery({ file }, {})} />
      {chosen ? (
        <Artifact key={chosen.path} run={run} artifact={chosen} all={artifacts.data} />
      ) : (
        <p className="none">{t('choose_file')}</p>
      )}
    </FilePanes>
  )
}

interface ArtifactProps {
  readonly run: RunDetailView
  readonly artifact: ArtifactView
  readonly all: readonly ArtifactView[]
}

function Artifact({ run, artifact: { path, sizeBytes }, all }: ArtifactProps): ReactElement {
  const toFile = (one: string): StoredFile => ({ type: 'artifact', run: run.number, path: one })

  const drawPicture = (relative: string): ReactElement | undefined => {
    const found = all.find((one) => one.path === resolveLink(path, relative))
    return found && <Preview file={toFile(found.path)} path={found.path} sizeBytes={found.sizeBytes} isInText />
  }

  return (
    <FilePanel
      name={path}
      note={formatBytes(sizeBytes)}
      acts={
        <a className="btn bare" href={buildPath('getArtifact', { run: run.number }, { path })} download={nameOf(path)}>
          <Icon name="download" />
          {t('download')}
        </a>
      }
    >
      <Preview file={toFile(path)} path={path} sizeBytes={sizeBytes} drawPicture={drawPicture} />
    </FilePanel>
  )
}
