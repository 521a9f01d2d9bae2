;; What moves processes in and out of memories: one instance of this per memory of a process, and one shelf for all of them.
;;
;; On the shelf lie the images of entries, laid out flat, and room for the difference that is being moved. A difference is a list of runs:
;; u32 offset, u32 length, then that many bytes; everything in grains of 64 bytes. Offsets and bounds come from the host and are multiples
;; of a grain. `old` is where the shelf holds what the range was before; with a `stride` of 0 it is four grains that serve for all.
(module
 (import "process" "memory" (memory $process 0 16384))
 (import "shelf" "memory" (memory $shelf 0 65536))

 ;; The bits in which a grain differs, of its four quarters together.
 (func $mix (param $at i32) (param $old i32) (result v128)
  (v128.or
   (v128.or
    (v128.xor (v128.load $process (local.get $at)) (v128.load $shelf (local.get $old)))
    (v128.xor (v128.load $process offset=16 (local.get $at)) (v128.load $shelf offset=16 (local.get $old))))
   (v128.or
    (v128.xor (v128.load $process offset=32 (local.get $at)) (v128.load $shelf offset=32 (local.get $old)))
    (v128.xor (v128.load $process offset=48 (local.get $at)) (v128.load $shelf offset=48 (local.get $old))))))

 (func $differs (param $at i32) (param $old i32) (result i32)
  (v128.any_true (call $mix (local.get $at) (local.get $old))))

 ;; Whether four grains in a row are equal, as most are.
 (func $equal (param $at i32) (param $old i32) (result i32)
  (i32.eqz
   (v128.any_true
    (v128.or
     (v128.or
      (call $mix (local.get $at) (local.get $old))
      (call $mix (i32.add (local.get $at) (i32.const 64)) (i32.add (local.get $old) (i32.const 64))))
     (v128.or
      (call $mix (i32.add (local.get $at) (i32.const 128)) (i32.add (local.get $old) (i32.const 128)))
      (call $mix (i32.add (local.get $at) (i32.const 192)) (i32.add (local.get $old) (i32.const 192))))))))

 ;; Whether at a multiple of 256 the next four grains lie before `to` and are equal.
 (func $skips (param $at i32) (param $to i32) (param $old i32) (result i32)
  (if (result i32) (i32.or (i32.and (local.get $at) (i32.const 255)) (i32.gt_u (i32.add (local.get $at) (i32.const 256)) (local.get $to)))
   (then (i32.const 0))
   (else (call $equal (local.get $at) (local.get $old)))))

 (func $in (param $at i32) (param $from i32)
  (v128.store $process (local.get $at) (v128.load $shelf (local.get $from)))
  (v128.store $process offset=16 (local.get $at) (v128.load $shelf offset=16 (local.get $from)))
  (v128.store $process offset=32 (local.get $at) (v128.load $shelf offset=32 (local.get $from)))
  (v128.store $process offset=48 (local.get $at) (v128.load $shelf offset=48 (local.get $from))))

 (func $out (param $to i32) (param $at i32)
  (v128.store $shelf (local.get $to) (v128.load $process (local.get $at)))
  (v128.store $shelf offset=16 (local.get $to) (v128.load $process offset=16 (local.get $at)))
  (v128.store $shelf offset=32 (local.get $to) (v128.load $process offset=32 (local.get $at)))
  (v128.store $shelf offset=48 (local.get $to) (v128.load $process offset=48 (local.get $at))))

 ;; Writes the runs of [from, to) that differ to `to_shelf` and answers where they end. With `undo` the range is as it was before, after it.
 (func (export "take") (param $from i32) (param $to i32) (param $old i32) (param $stride i32) (param $to_shelf i32) (param $undo i32)
  (result i32) (local $run i32) (local $end i32)
  (local.set $end (i32.const -1))
  (block $done
   (loop $next
    (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
    (if (call $skips (local.get $from) (local.get $to) (local.get $old)) (then
     (local.set $from (i32.add (local.get $from) (i32.const 256)))
     (local.set $old (i32.add (local.get $old) (i32.shl (local.get $stride) (i32.const 2))))
     (br $next)))
    (if (call $differs (local.get $from) (local.get $old)) (then
     (if (i32.ne (local.get $from) (local.get $end)) (then
      (local.set $run (local.get $to_shelf))
      (i32.store $shelf (local.get $run) (local.get $from))
      (i32.store $shelf offset=4 (local.get $run) (i32.const 0))
      (local.set $to_shelf (i32.add (local.get $to_shelf) (i32.const 8)))))
     (call $out (local.get $to_shelf) (local.get $from))
     (if (local.get $undo) (then (call $in (local.get $from) (local.get $old))))
     (local.set $to_shelf (i32.add (local.get $to_shelf) (i32.const 64)))
     (i32.store $shelf offset=4 (local.get $run) (i32.add (i32.load $shelf offset=4 (local.get $run)) (i32.const 64)))
     (local.set $end (i32.add (local.get $from) (i32.const 64)))))
    (local.set $from (i32.add (local.get $from) (i32.const 64)))
    (local.set $old (i32.add (local.get $old) (local.get $stride)))
    (br $next)))
  (local.get $to_shelf))

 ;; Makes [from, to) what it was before, whatever it is now.
 (func (export "scrub") (param $from i32) (param $to i32) (param $old i32) (param $stride i32)
  (block $done
   (loop $next
    (br_if $done (i32.ge_u (local.get $from) (local.get $to)))
    (if (call $skips (local.get $from) (local.get $to) (local.get $old)) (then
     (local.set $from (i32.add (local.get $from) (i32.const 256)))
     (local.set $old (i32.add (local.get $old) (i32.shl (local.get $stride) (i32.const 2))))
     (br $next)))
    (if (call $differs (local.get $from) (local.get $old)) (then (call $in (local.get $from) (local.get $old))))
    (local.set $from (i32.add (local.get $from) (i32.const 64)))
    (local.set $old (i32.add (local.get $old) (local.get $stride)))
    (br $next))))

 ;; Writes the runs on the shelf from `run` to `stop` into the memory.
 (func (export "put") (param $run i32) (param $stop i32) (local $at i32) (local $end i32)
  (loop $next
   (if (i32.lt_u (local.get $run) (local.get $stop)) (then
    (local.set $at (i32.load $shelf (local.get $run)))
    (local.set $end (i32.add (local.get $at) (i32.load $shelf offset=4 (local.get $run))))
    (local.set $run (i32.add (local.get $run) (i32.const 8)))
    (loop $grain
     (if (i32.lt_u (local.get $at) (local.get $end)) (then
      (call $in (local.get $at) (local.get $run))
      (local.set $at (i32.add (local.get $at) (i32.const 64)))
      (local.set $run (i32.add (local.get $run) (i32.const 64)))
      (br $grain))))
    (br $next))))))
