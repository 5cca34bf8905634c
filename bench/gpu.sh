#!/usr/bin/env bash
# The GPU engine on this machine's NVIDIA GPU, against the CPU engine: numbers, steps, a whole job, exact resume, memory.
#   bench/gpu.sh --fetch         what is needed comes into the cache (network, some 5 GB); everything else is offline
#   bench/gpu.sh [IMAGES]        the measurement, within ten minutes; IMAGES is a folder of classes, drawn ones else
#   bench/gpu.sh --cpu [IMAGES]  the same with the CPU engine on both sides, which have to agree to the bit: tries the script
# Compile first (`npm run thaw -- --version`). Ends with 0 only if every part ended well.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 4
[ -f dist/bench/gpu/numbers.js ] || { echo "compile first: npm run thaw -- --version" >&2; exit 4; }

side=gpu
mode=
# Processors take longer, and may be shared.
patience=1
case "${1:-}" in
  --fetch)
    for engine in cpu gpu; do
      THAW_ENGINE=$engine node dist/runtime/provisionMain.js tfjs-binding base-weights:efficientnet-lite0 || exit 4
    done
    exit 0
    ;;
  --cpu) side=cpu; mode=--same; patience=6; shift ;;
esac
images=()
[ $# -gt 0 ] && images=("$1")

started=$SECONDS
out=$(mktemp -d "${TMPDIR:-/tmp}/thaw-gpu-XXXXXX")
sampler=
finish() {
  [ -n "$sampler" ] && kill "$sampler" 2>/dev/null
  rm -rf "$out"
}
trap finish EXIT
trap 'exit 130' INT TERM

failed=()
# NAME ENGINE SECONDS COMMAND…: one part, in a process of its own, with a limit so that the whole stays below ten minutes.
part() {
  local name=$1 engine=$2 limit=$3 began=$SECONDS
  shift 3
  echo "== $name ($engine engine)"
  if ! THAW_ENGINE=$engine timeout $((limit * patience)) "$@" 2>"$out/stderr"; then
    failed+=("$name")
    tail -n 15 "$out/stderr" >&2
  fi
  echo "   $((SECONDS - began)) s"
}

if [ "$side" = gpu ]; then
  command -v nvidia-smi >/dev/null || { echo "there is no nvidia-smi, so no NVIDIA driver: --cpu tries the script" >&2; exit 4; }
  nvidia-smi --query-gpu=name,memory.total,driver_version --format=csv,noheader || exit 4
  nvidia-smi --query-gpu=memory.used,utilization.gpu --format=csv,noheader,nounits -lms 500 >"$out/samples" &
  sampler=$!
fi
for engine in $(printf '%s\n' cpu "$side" | sort -u); do
  part "engine and weights" "$engine" 60 node dist/runtime/provisionMain.js tfjs-binding base-weights:efficientnet-lite0
done
[ ${#failed[@]} -eq 0 ] || { echo "fetch them where there is a network: bench/gpu.sh --fetch" >&2; exit 4; }

part "numbers, the one side" cpu 90 node dist/bench/gpu/numbers.js "$out/one"
part "numbers, the other side" "$side" 90 node dist/bench/gpu/numbers.js "$out/other"
part "agreement" cpu 30 node dist/bench/gpu/agreement.js "$out/one" "$out/other" $mode
for name in frozen head blocks.6 blocks.5 scratch; do
  part "step" "$side" 45 node dist/bench/speed/trainStep.js "$name"
done
part "whole job" "$side" 150 node dist/bench/gpu/job.js "${images[@]+"${images[@]}"}"
# On a GPU sums are taken in any order unless TensorFlow is told otherwise.
[ "$side" = gpu ] && export TF_DETERMINISTIC_OPS=1
part "exact resume" "$side" 90 node --test --test-reporter=dot dist/test/integration/learning/resume.test.js
part "growth over 100 epochs" "$side" 60 node dist/bench/speed/invariants.js head
if [ -n "$sampler" ]; then
  awk -F', ' '{ if ($1 > most) most = $1; busy += $2; n++ }
    END { if (n) printf "GPU memory %d MiB at most, busy %.0f %% of the time\n", most, busy / n }' "$out/samples"
fi
echo "$((SECONDS - started)) s in all"
[ ${#failed[@]} -eq 0 ] || { printf 'failed: %s\n' "${failed[*]}" >&2; exit 1; }
