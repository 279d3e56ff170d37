import { useState } from 'react'
import type { ReactElement } from 'react'

import type { CreatedTokenView } from '../../../../src/contract/access-token.ts'
import { useTokens } from '../../api/access.ts'
import { useAction } from '../../api/action.ts'
import { call } from '../../api/client.ts'
import { t } from '../../texts/texts.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { ErrorNotice } from '../../ui/error-notice.tsx'
import css from './token-list.module.css'
import { TokenTable } from './token-table.tsx'

/**
 * The list of access tokens for programs, with a form that creates a token and shows it once, and buttons to revoke
 * tokens.
 */
export function TokenList(): ReactElement {
  const { data = [], error } = useTokens()
  const [created, setCreated] = useState<CreatedTokenView | undefined>()
  const [revoked, setRevoked] = useState<{ readonly id: string; readonly name: string } | undefined>()

  const create = useAction((wanted: string) => call('createToken', { body: { name: wanted } }), setCreated, {
    showsError: true,
  })

  const remove = useAction((id: string) => call('deleteToken', { params: { token: id } }))

  return (
    <section aria-label={t('tokens')}>
      <p className="mid small">{t('tokens_how')}</p>
      {error && <ErrorNotice error={error} />}
      {data.length > 0 && <TokenTable tokens={data} onRevoke={setRevoked} />}
      {created && <CreatedToken token={created} />}
      <TokenForm isBusy={create.isPending} onCreate={create.mutate} />
      {create.error && <ErrorNotice error={create.error} />}
      {revoked && (
        <ConfirmDialog
          title={t('take_back_token', { name: revoked.name })}
          text={t('take_back_text')}
          verb={t('take_back')}
          onConfirm={() => {
            remove.mutate(revoked.id)
            if (created?.id === revoked.id) setCreated(undefined)
          }}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </section>
  )
}

/** The text of a new token, which is not shown again later, with a button that copies it. */
function CreatedToken({ token: { name, token } }: { readonly token: CreatedTokenView }): ReactElement {
  return (
    <div className={css.created} role="status">
      <p>{t('token_once', { name })}</p>
      <code className="mono">{token}</code>
      <CopyButton text={token} />
    </div>
  )
}

function TokenForm({
  isBusy,
  onCreate,
}: {
  readonly isBusy: boolean
  readonly onCreate: (name: string) => void
}): ReactElement {
  const [name, setName] = useState('')

  return (
    <form
      className="name"
      onSubmit={(event) => {
        event.preventDefault()
        onCreate(name.trim())
        setName('')
      }}
    >
      <input
        className="field"
        aria-label={t('token_name')}
        placeholder={t('token_name')}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="btn" disabled={name.trim() === '' || isBusy}>
        {t('create_token')}
      </button>
    </form>
  )
}
