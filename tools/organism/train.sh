#!/bin/sh
# Reproduces the demo models: prompt sets, tokenizer, the baseline, three reasoning models made from it, their GGUF files and figures.
# usage: tools/organism/train.sh [WORK_FOLDER]   (default: /tmp/organism; checkpoints stay there)
set -eu
here=$(cd "$(dirname "$0")" && pwd)
media=$here/../../media
work=${1:-/tmp/organism}
mkdir -p "$work" "$media/models" "$media/demo"
export PYTHONDONTWRITEBYTECODE=1
# these two, where set, keep OpenBLAS from its fast kernels; waiting without spinning leaves the cores to others
py() { (cd "$here" && env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE OMP_WAIT_POLICY=PASSIVE OMP_NUM_THREADS=2 /usr/bin/python3 "$@"); }

py evalset.py "$media/demo"
py train.py base "$work/base.pt"
py train.py instruct "$work/instruct.pt" --from "$work/base.pt"
py train.py sft "$work/sft.pt" --from "$work/instruct.pt"
py distill.py "$work/sft.pt" "$work/traces.jsonl"
py train.py distill "$work/distill.pt" --from "$work/instruct.pt"
py train.py cold "$work/cold.pt" --from "$work/instruct.pt"
py reinforce.py "$work/rl.pt" --from "$work/cold.pt"
py check.py "$media/demo" "$work"
for stage in instruct sft distill rl; do
  py gguf.py $stage "$work/$stage.pt" "$media/models/organism-$stage.gguf"
done
cd "$here/../.." && node_modules/.bin/node tools/organism/measure.ts
