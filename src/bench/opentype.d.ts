// Of opentype.js, which has no types, what is used.

declare module 'opentype.js' {
  type Command =
    | { readonly type: 'M'; readonly x: number; readonly y: number }
    | { readonly type: 'L'; readonly x: number; readonly y: number }
    | { readonly type: 'Q'; readonly x1: number; readonly y1: number; readonly x: number; readonly y: number }
    | { readonly type: 'Z' }
  export type Font = {
    /** In the units of `size`. */
    getAdvanceWidth(text: string, size: number): number
    getPath(text: string, x: number, y: number, size: number): { readonly commands: readonly Command[] }
  }
  const opentype: { parse(bytes: ArrayBuffer): Font }
  export default opentype
}
