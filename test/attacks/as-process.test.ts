import { besiege } from './besiege.ts'
import { ways } from './siege.ts'

await besiege([ways.process])
