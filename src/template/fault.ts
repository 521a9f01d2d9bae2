// What can be wrong with a template, where it is read and where it is rendered.

import { Kind, WippyError } from '../error.ts'

export const templateInvalid = (template: string, line: number, message: string): WippyError =>
  new WippyError('TEMPLATE_INVALID', Kind.Invalid, `template ${template}, line ${line}: ${message}`, { retryable: false })

export const renderFailed = (template: string, line: number, message: string): WippyError =>
  new WippyError('TEMPLATE_RENDER', Kind.Internal, `template ${template}, line ${line}: ${message}`, { retryable: false })

export const templateUnknown = (name: string): WippyError =>
  new WippyError('TEMPLATE_NOT_FOUND', Kind.NotFound, `template "${name}" not found`, { retryable: false })
