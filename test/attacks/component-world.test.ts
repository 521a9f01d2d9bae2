import { besiegeByPlugins } from './besiege-plugins.ts'

await besiegeByPlugins(['files', 'world', 'host'])
