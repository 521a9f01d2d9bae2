import { besiege } from './besiege.ts'
import { canBeWrapped, wrapped } from './siege.ts'

await besiege([wrapped.inCoroutine], canBeWrapped)
