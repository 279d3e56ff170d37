import type { ReactElement } from 'react'

import type { RunDetailView } from '../../../../../src/contract/run.ts'
import { useSnapshot } from '../../../api/code.ts'
import { useDocument } from '../../../api/documents.ts'
import { formatBytes } from '../../../format.ts'
import { changeQuery, usePageAddress } from '../../../state/location.ts'
import { t } from '../../../texts/texts.ts'
import { DefinitionList } from '../../../ui/definition-list.tsx'
import { ErrorNotice } from '../../../ui/error-notice.tsx'
import { Diff } from '../../compare/diff.tsx'
import { FactsBox } from '../facts-box.tsx'
import { FilePanel } from './file-panel.tsx'
import { FilePanes } from './file-panes.tsx'
import { FileTree } from './file-tree.tsx'
import { Preview } from './preview.tsx'

/** The tab of code: commit and branch, the files of the snapshot, and the uncommitted changes. */
export function CodeTab({ run }: { readonly run: RunDetailView }): ReactElement {
  const snapshot = useSnapshot(run.snapshot)
  const document = useDocument(String(run.number))
  const { query } = usePageAddress()
  const path = query.get('file') ?? undefined
  const file = snapshot.data?.files.find((one) => one.path === path)
  const diff = document.data?.changes ?? null

  return (
    <FilePanes>
      <div>
        <FactsBox>
          <DefinitionList
            pairs={[
              [t('commit'), run.commit ?? t('none')],
              [t('branch'), run.branch ?? t('none')],
              [t('folder'), run.host?.workDir ?? t('none')],
            ]}
          />
        </FactsBox>
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
        <FilePanel name={file.path} note={formatBytes(file.sizeBytes)}>
          <Preview
            key={file.path}
            file={{ type: 'blob', digest: file.sha256 }}
            path={file.path}
            sizeBytes={file.sizeBytes}
          />
        </FilePanel>
      ) : diff !== null ? (
        <FilePanel name={t('changes')} note={t('changes_note')}>
          <Diff text={diff} />
        </FilePanel>
      ) : (
        <p className="none">{t('choose_file')}</p>
      )}
    </FilePanes>
  )
}
