import { useState } from 'react'
import type { ReactElement } from 'react'

import { isTerminal } from '../../../../src/contract/phases.ts'
import type { RunDetailView } from '../../../../src/contract/run.ts'
import type { ArtifactView } from '../../../../src/contract/tracking.ts'
import { toQuery } from '../../api/to-query.ts'
import { useArtifacts, useDocument, useEnvironment, useSnapshot } from '../../api/queries.ts'
import { formatBytes } from '../../format.ts'
import { changeQuery, usePageAddress } from '../../state/location.ts'
import { t } from '../../texts/texts.ts'
import { Icon } from '../../ui/icons.tsx'
import { DefinitionList } from '../../ui/page.tsx'
import { Empty, ErrorNotice, Loading } from '../../ui/states.tsx'
import { FileTree } from './file-tree.tsx'
import { resolveLink } from './resolve-link.ts'
import { Preview } from './preview.tsx'
import { Diff } from '../compare/diff.tsx'
import { Sources } from './sources.tsx'

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
    <div className="files">
      <FileTree files={artifacts.data} chosen={path} onChoose={(file) => changeQuery({ file }, {})} />
      {chosen ? (
        <Artifact key={chosen.path} run={run} artifact={chosen} all={artifacts.data} />
      ) : (
        <p className="none">{t('choose_file')}</p>
      )}
    </div>
  )
}

interface ArtifactProps {
  readonly run: RunDetailView
  readonly artifact: ArtifactView
  readonly all: readonly ArtifactView[]
}

function Artifact({ run, artifact, all }: ArtifactProps): ReactElement {
  const addressOf = ({ path }: ArtifactView): string => `/runs/${run.number}/artifacts/content${toQuery({ path })}`
  const address = addressOf(artifact)

  const drawPicture = (relative: string): ReactElement | undefined => {
    const path = resolveLink(artifact.path, relative)
    const found = all.find((one) => one.path === path)
    return found && <Preview address={addressOf(found)} path={found.path} sizeBytes={found.sizeBytes} />
  }

  return (
    <section className="panel" aria-label={artifact.path}>
      <header>
        <h2 className="clip">{artifact.path}</h2>
        <span className="note">{formatBytes(artifact.sizeBytes)}</span>
        <span className="acts">
          <a className="btn bare" href={`/api/v1${address}`} download={artifact.path.split('/').at(-1)}>
            <Icon name="download" />
            {t('download')}
          </a>
        </span>
      </header>
      <Preview address={address} path={artifact.path} sizeBytes={artifact.sizeBytes} drawPicture={drawPicture} />
    </section>
  )
}

/** The tab of code: commit and branch, the files of the snapshot, and the uncommitted changes. */
export function CodeTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const snapshot = useSnapshot(run.snapshot)
  const document = useDocument(String(run.number))
  const { query } = usePageAddress()
  const path = query.get('file') ?? undefined
  const diff = document.data?.changes ?? null
  const file = snapshot.data?.files.find((one) => one.path === path)

  return (
    <div className="files">
      <div>
        <div className="about">
          <DefinitionList
            pairs={[
              [t('commit'), run.commit ?? t('none')],
              [t('branch'), run.branch ?? t('none')],
              [t('folder'), run.host?.workDir ?? t('none')],
            ]}
          />
        </div>
        {snapshot.error && <ErrorNotice error={snapshot.error} />}
        {snapshot.data && (
          <FileTree
            files={snapshot.data.files}
            chosen={path}
            onChoose={(chosen) => changeQuery({ file: chosen }, {})}
          />
        )}
        {run.snapshot === null && <p className="none">{t('no_snapshot')}</p>}
      </div>
      {file ? (
        <section className="panel" aria-label={file.path}>
          <header>
            <h2 className="clip">{file.path}</h2>
            <span className="note">{formatBytes(file.sizeBytes)}</span>
          </header>
          <Preview key={file.path} address={`/blobs/${file.sha256}`} path={file.path} sizeBytes={file.sizeBytes} />
        </section>
      ) : diff !== null ? (
        <section className="panel" aria-label={t('changes')}>
          <header>
            <h2>{t('changes')}</h2>
            <span className="note">{t('changes_note')}</span>
          </header>
          <Diff text={diff} />
        </section>
      ) : (
        <p className="none">{t('choose_file')}</p>
      )}
    </div>
  )
}

/** The tab of the environment: the Python interpreter of a run, and the packages of its virtual environment. */
export function EnvironmentTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const environment = useEnvironment(run.environment)
  const [search, setSearch] = useState('')
  const packages = (environment.data?.packages ?? []).filter((name) =>
    name.toLowerCase().includes(search.toLowerCase()),
  )

  return (
    <div className="panel grow">
      <div className="about narrow">
        <DefinitionList
          pairs={[
            ['Python', run.ranOn?.python ? `${run.ranOn.python.version} (${run.ranOn.python.executable})` : t('none')],
            [t('environment'), run.environment?.slice(0, 12) ?? t('environment_own')],
            ...(run.ranOn?.imageAsked ? [[t('image_asked'), run.ranOn.imageAsked] as const] : []),
          ]}
        />
        {environment.data && (
          <>
            <h2>
              {t('packages')} <span className="dim small">{environment.data.packages.length}</span>
            </h2>
            <input
              className="field"
              aria-label={t('find_package')}
              placeholder={t('find_package')}
              value={search}
              onChange={(event) => setSearch(event.target.value)}
            />
            <ul className="packages mono">
              {packages.map((name) => (
                <li key={name}>{name}</li>
              ))}
            </ul>
          </>
        )}
        {environment.error && <ErrorNotice error={environment.error} />}
      </div>
    </div>
  )
}

/** The tab of the document: the sources that a run was compiled from, and the parameters submitted beside them. */
export function DocumentTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const document = useDocument(String(run.number))
  if (document.error && !document.data)
    return <ErrorNotice error={document.error} onRetry={() => void document.refetch()} />
  if (!document.data) return <Loading what={t('tab_spec')} />

  const { sources, params } = document.data
  if (sources.length === 0) return <Empty title={t('no_document')} text={t('no_document_why')} />

  return (
    <div className="panel grow spec">
      <Sources sources={sources} />
      {Object.keys(params).length > 0 && (
        <section aria-label={t('parameters')}>
          <h2>{t('given_params')}</h2>
          <DefinitionList pairs={Object.entries(params)} />
        </section>
      )}
      <p className="dim small mono">{run.planDigest}</p>
    </div>
  )
}
