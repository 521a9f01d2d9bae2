// A bundle: messages of one sender for one receiver under one topic, one after another in one frame, SENDS on its way out and MESSAGES on its
// way in. Who sends many pays for the frame once; most are carried from memory to memory as they are.
//
//   payload = for each message u16 length, then its own payload; the tag says how many there are

import { FrameCursor, type Frames, MESSAGE, MESSAGES, SEND, SENDS } from './frame.ts'
import { FrameBuffer } from './frame-buffer.ts'

/** Messages of one bundle: more come in another one. */
export const MOST_MESSAGES = 64

const LENGTH_BYTES = 2

const isBundle = ({ kind }: FrameCursor): boolean => kind === SENDS || kind === MESSAGES

/** Whether the frame under `frame` holds as many messages as it says, and nothing else. */
export const isSound = ({ view, tag, topicEnd, payloadEnd }: FrameCursor): boolean => {
  if (tag === 0 || tag > MOST_MESSAGES || topicEnd + LENGTH_BYTES > payloadEnd) return false
  if (tag === 1) return topicEnd + LENGTH_BYTES + view.getUint16(topicEnd, true) === payloadEnd
  let at = topicEnd
  for (let left = tag; left > 0; left--) {
    if (at + LENGTH_BYTES > payloadEnd) return false
    at += LENGTH_BYTES + view.getUint16(at, true)
  }
  return at === payloadEnd
}

/** The messages of a sound bundle, each in a frame of its own: copies, which nobody answers. */
const apart = ({ bytes, view, kind, tag, credit, nameStart, nameEnd, topicEnd }: FrameCursor): Frames => {
  const singles = new FrameBuffer()
  const [name, topic] = [bytes.subarray(nameStart, nameEnd), bytes.subarray(nameEnd, topicEnd)]
  let at = topicEnd
  for (let left = tag; left > 0; left--) {
    const start = at + LENGTH_BYTES
    at = start + view.getUint16(at, true)
    singles.write(kind === SENDS ? SEND : MESSAGE, 0, 0, name, topic, bytes.subarray(start, at), credit)
  }
  return singles
}

/** Stands on one frame after the other, on each message of a bundle as if it had come alone. Ends at what is malformed. */
export function* singly(frames: Frames): Generator<FrameCursor> {
  const frame = new FrameCursor().over(frames)
  while (frame.next() && (!isBundle(frame) || isSound(frame))) yield* singles(frame)
}

/** The messages of the frame under `frame`, if it is a sound bundle; else itself. */
export function* singles(frame: FrameCursor): Generator<FrameCursor> {
  if (!isBundle(frame)) yield frame
  else for (const single = new FrameCursor().over(apart(frame)); single.next(); ) yield single
}
