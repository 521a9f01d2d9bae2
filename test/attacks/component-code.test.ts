import { besiegeByPlugins } from './besiege-plugins.ts'

await besiegeByPlugins(['compute', 'shape'])
