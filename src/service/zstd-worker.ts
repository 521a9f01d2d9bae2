// The thread of `compress.zstd.train_dict`.

import { Kind, WippyError } from '../error.ts'
import { doJobs } from './thread-program.ts'
import { trainDictionary } from './zstd-dictionary.ts'

export type TrainAsk = { readonly samples: readonly Uint8Array[]; readonly size: number; readonly id: number }

doJobs(({ samples, size, id }: TrainAsk): Uint8Array => {
  const dictionary = trainDictionary(samples, size, id)
  if (dictionary) return dictionary
  throw new WippyError('COMPRESS', Kind.Internal, 'the samples are too short to learn anything from', { retryable: false })
})
