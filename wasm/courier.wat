;; What carries frames between the memory of a process and the places where mailboxes lie (src/kernel/places.ts): one instance of this per
;; memory of a process. Frames as in src/kernel/frame.ts and bundle.ts; where the control block has the outbox, as in companion/control.ts.
(module
 (import "process" "memory" (memory $process 0 16384))
 (import "process" "step" (func $step (param i32 i32 i32 i32 f64) (result i32)))
 (import "places" "memory" (memory $places 0 65536))

 ;; Writes the n bytes at `from` of the places, a multiple of 4, to the memory, and runs a step with them.
 (func $deliver (export "deliver") (param $from i32) (param $to i32) (param $n i32) (param $fuel i32) (param $hard i32) (param $pages i32) (param $now f64)
  (result i32) (local $end i32)
  (local.set $end (i32.sub (i32.add (local.get $from) (local.get $n)) (i32.const 7)))
  (loop $next
   (if (i32.lt_s (local.get $from) (local.get $end)) (then
    (i64.store $process (local.get $to) (i64.load $places (local.get $from)))
    (local.set $from (i32.add (local.get $from) (i32.const 8)))
    (local.set $to (i32.add (local.get $to) (i32.const 8)))
    (br $next))))
  (if (i32.and (local.get $n) (i32.const 4)) (then (i32.store $process (local.get $to) (i32.load $places (local.get $from)))))
  (call $step (local.get $n) (local.get $fuel) (local.get $hard) (local.get $pages) (local.get $now)))

 ;; The name of the process in the memory: 64 bytes, of which the first $length count.
 (global $0 (mut i64) (i64.const 0)) (global $1 (mut i64) (i64.const 0)) (global $2 (mut i64) (i64.const 0)) (global $3 (mut i64) (i64.const 0))
 (global $4 (mut i64) (i64.const 0)) (global $5 (mut i64) (i64.const 0)) (global $6 (mut i64) (i64.const 0)) (global $7 (mut i64) (i64.const 0))
 (global $length (mut i32) (i32.const 0))

 ;; The name lies at the beginning of the places.
 (func (export "introduce") (param $n i32)
  (global.set $length (local.get $n))
  (global.set $0 (i64.load $places (i32.const 0))) (global.set $1 (i64.load $places (i32.const 8)))
  (global.set $2 (i64.load $places (i32.const 16))) (global.set $3 (i64.load $places (i32.const 24)))
  (global.set $4 (i64.load $places (i32.const 32))) (global.set $5 (i64.load $places (i32.const 40)))
  (global.set $6 (i64.load $places (i32.const 48))) (global.set $7 (i64.load $places (i32.const 56))))

 ;; As `deliver`. When the step waits then, has read all there is, and all that it wants is one message, in a bundle, for who sent the frame
 ;; at `from`, that is written to `reply`, a place, as a frame from the process. Then its length, a multiple of 4, stands above the answer,
 ;; and what fuel the step spent from bit 8 on.
 (func (export "exchange") (param $from i32) (param $to i32) (param $n i32) (param $fuel i32) (param $hard i32) (param $pages i32) (param $now f64)
  (param $reply i32) (result i32) (local $answer i32) (local $peer i32) (local $size i32)
  (local.set $peer (local.get $from))
  (local.set $answer (call $deliver (local.get $from) (local.get $to) (local.get $n) (local.get $fuel) (local.get $hard) (local.get $pages) (local.get $now)))
  (if (i32.ne (local.get $answer) (i32.const 1)) (then (return (local.get $answer))))
  (local.set $fuel (i32.sub (local.get $fuel) (i32.load $process (i32.const 297312)))) ;; FUEL
  (if (i32.ge_u (local.get $fuel) (i32.const 0x400000)) (then (return (i32.const 1))))
  (if (i32.load $process (i32.const 297308)) (then (return (i32.const 1)))) ;; BACKLOG
  (if (i32.ne (i32.load $process (i32.const 297288)) (i32.load $process (i32.const 297292))) (then (return (i32.const 1)))) ;; IN_END, IN_NEXT
  (local.set $size (call $carry (local.get $peer) (local.get $reply)))
  (if (i32.eqz (local.get $size)) (then (return (i32.const 1))))
  (i32.or (i32.or (i32.const 1) (local.get $size)) (i32.shl (local.get $fuel) (i32.const 8))))

 ;; Whether the n bytes at `a` of the memory are those at `b` of the places.
 (func $same (param $a i32) (param $b i32) (param $n i32) (result i32) (local $end i32)
  (local.set $end (i32.add (local.get $a) (local.get $n)))
  (loop $next
   (if (i32.le_u (i32.add (local.get $a) (i32.const 8)) (local.get $end)) (then
    (if (i64.ne (i64.load $process (local.get $a)) (i64.load $places (local.get $b))) (then (return (i32.const 0))))
    (local.set $a (i32.add (local.get $a) (i32.const 8)))
    (local.set $b (i32.add (local.get $b) (i32.const 8)))
    (br $next))))
  (loop $next
   (if (i32.lt_u (local.get $a) (local.get $end)) (then
    (if (i32.ne (i32.load8_u $process (local.get $a)) (i32.load8_u $places (local.get $b))) (then (return (i32.const 0))))
    (local.set $a (i32.add (local.get $a) (i32.const 1)))
    (local.set $b (i32.add (local.get $b) (i32.const 1)))
    (br $next))))
  (i32.const 1))

 ;; Copies the n bytes at `from` of the memory to the places.
 (func $out (param $to i32) (param $from i32) (param $n i32) (local $end i32)
  (local.set $end (i32.add (local.get $from) (local.get $n)))
  (if (i32.ge_u (local.get $n) (i32.const 8)) (then
   ;; the last eight first
   (i64.store $places (i32.sub (i32.add (local.get $to) (local.get $n)) (i32.const 8)) (i64.load $process (i32.sub (local.get $end) (i32.const 8))))
   (local.set $end (i32.sub (local.get $end) (i32.const 8)))
   (loop $next
    (i64.store $places (local.get $to) (i64.load $process (local.get $from)))
    (local.set $from (i32.add (local.get $from) (i32.const 8)))
    (local.set $to (i32.add (local.get $to) (i32.const 8)))
    (br_if $next (i32.lt_u (local.get $from) (local.get $end))))
   (return)))
  (loop $next
   (if (i32.lt_u (local.get $from) (local.get $end)) (then
    (i32.store8 $places (local.get $to) (i32.load8_u $process (local.get $from)))
    (local.set $from (i32.add (local.get $from) (i32.const 1)))
    (local.set $to (i32.add (local.get $to) (i32.const 1)))
    (br $next)))))

 (func $carry (param $peer i32) (param $to i32) (result i32)
  (local $frame i32) (local $payload i32) (local $name i32) (local $topic i32) (local $rest i32) (local $size i32) (local $from i32)
  (local.set $frame (i32.load $process (i32.const 297296))) ;; OUT_START
  (local.set $size (i32.load $process (i32.const 297304))) ;; OUT_END
  (if (i32.gt_u (i32.sub (local.get $size) (i32.const 20)) (i32.const 256)) (then (return (i32.const 0))))
  ;; SENDS, of one message
  (if (i32.ne (i32.load16_u $process offset=4 (local.get $frame)) (i32.const 19)) (then (return (i32.const 0))))
  (if (i32.ne (i32.load $process offset=8 (local.get $frame)) (i32.const 1)) (then (return (i32.const 0))))
  ;; which is as long as it says
  (local.set $payload (i32.load $process (local.get $frame)))
  (local.set $name (i32.load16_u $process offset=6 (local.get $frame)))
  (local.set $topic (i32.load16_u $process offset=12 (local.get $frame)))
  (if (i32.or (i32.lt_u (local.get $payload) (i32.const 2)) (i32.gt_u (local.get $payload) (i32.const 256))) (then (return (i32.const 0))))
  (local.set $rest (i32.add (local.get $topic) (local.get $payload)))
  (if (i32.ne (local.get $size) (i32.and (i32.add (i32.add (local.get $name) (local.get $rest)) (i32.const 19)) (i32.const -4))) (then (return (i32.const 0))))
  (local.set $from (i32.add (i32.add (local.get $frame) (i32.const 16)) (local.get $name)))
  (if (i32.ne (i32.load16_u $process (i32.add (local.get $from) (local.get $topic))) (i32.sub (local.get $payload) (i32.const 2))) (then (return (i32.const 0))))
  ;; with no topic of the runtime's own, for who sent the frame
  (if (i32.and (i32.ne (local.get $topic) (i32.const 0)) (i32.eq (i32.load8_u $process (local.get $from)) (i32.const 0x40))) (then (return (i32.const 0))))
  (if (i32.ne (local.get $name) (i32.load16_u $places offset=6 (local.get $peer))) (then (return (i32.const 0))))
  (if (i32.eqz (call $same (i32.add (local.get $frame) (i32.const 16)) (i32.add (local.get $peer) (i32.const 16)) (local.get $name))) (then (return (i32.const 0))))
  ;; and fits into a place, with the four bytes that are zeroed behind it
  (local.set $size (i32.and (i32.add (i32.add (global.get $length) (local.get $rest)) (i32.const 19)) (i32.const -4)))
  (if (i32.gt_u (local.get $size) (i32.const 252)) (then (return (i32.const 0))))
  ;; MESSAGES
  (i32.store $places (local.get $to) (local.get $payload))
  (i32.store $places offset=4 (local.get $to) (i32.or (i32.const 8) (i32.shl (global.get $length) (i32.const 16))))
  (i32.store $places offset=8 (local.get $to) (i32.const 1))
  (i32.store $places offset=12 (local.get $to) (local.get $topic))
  (i64.store $places offset=16 (local.get $to) (global.get $0)) (i64.store $places offset=24 (local.get $to) (global.get $1))
  (i64.store $places offset=32 (local.get $to) (global.get $2)) (i64.store $places offset=40 (local.get $to) (global.get $3))
  (if (i32.gt_u (global.get $length) (i32.const 32)) (then
   (i64.store $places offset=48 (local.get $to) (global.get $4)) (i64.store $places offset=56 (local.get $to) (global.get $5))
   (i64.store $places offset=64 (local.get $to) (global.get $6)) (i64.store $places offset=72 (local.get $to) (global.get $7))))
  (local.set $to (i32.add (i32.add (local.get $to) (i32.const 16)) (global.get $length)))
  (i32.store $places (i32.add (local.get $to) (local.get $rest)) (i32.const 0))
  (call $out (local.get $to) (local.get $from) (local.get $rest))
  (local.get $size)))
