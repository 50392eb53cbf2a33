#!/usr/bin/env bash
# Gradescope runs this once, when it builds the autograder's image: Python, bubblewrap, the grader and what it needs.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
environment="${AUTOGRADER_ENVIRONMENT:-/autograder/environment}"

python=""
for name in python3.11 python3.12; do
    if command -v "$name" >/dev/null && "$name" -c "import ensurepip" 2>/dev/null; then python="$name"; break; fi
done
needed=()
[ -n "$python" ] || needed+=(python3.11 python3.11-venv)
command -v bwrap >/dev/null || needed+=(bubblewrap)
if [ "${#needed[@]}" -gt 0 ]; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq "${needed[@]}"
fi

"${python:-python3.11}" -m venv "$environment"
"$environment/bin/pip" install --quiet @INDEX@-c "$here/grader/requirements.lock" "$here/grader@EXTRAS@"
