import { stripTypeScriptTypes } from 'node:module'

/** Tests run the same way as everything else: Node's own type stripping, which keeps every line and column in place. */
export default {
  process: (source) => ({ code: stripTypeScriptTypes(source) }),
}
