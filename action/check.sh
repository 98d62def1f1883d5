#!/usr/bin/env bash
# Runs `reloadsafe check` in a workflow. Environment: the INPUT_* of action.yml, EVENT_BEFORE (the
# commit before a push), and what every runner sets.
set -euo pipefail

say() { echo "reloadsafe: $*" >&2; }

is_shallow() { [[ $(git rev-parse --is-shallow-repository) == true ]]; }

has_commit() { git cat-file -e "$1^{commit}" 2>/dev/null; }

# Sets `baseline` to the options that say what a process has loaded.
find_baseline() {
    baseline=()
    local rest=${INPUT_BASE:-${GITHUB_BASE_REF:-}}
    if [[ -z $INPUT_BASE && -n ${GITHUB_BASE_REF:-} && $(git rev-parse HEAD) == "$GITHUB_SHA" ]]; then
        # A pull request is checked out as the merge into its target: what is merged into is the
        # first parent. A checkout of depth 1 has not got it.
        if is_shallow; then git fetch --quiet --no-tags --depth=2 origin "$GITHUB_SHA" || true; fi
        if has_commit HEAD^2; then
            baseline=(--base-exact HEAD^1)
            return
        fi
    fi
    if [[ -n $rest ]]; then
        if is_shallow; then git fetch --quiet --no-tags --unshallow origin; fi
        if ! has_commit "$rest"; then
            # `git clone --single-branch`, which actions/checkout does, knows no other branches.
            git fetch --quiet --no-tags origin "+refs/heads/$rest:refs/remotes/origin/$rest"
            rest=origin/$rest
        fi
        baseline=(--base "$rest")
    elif [[ $EVENT_BEFORE =~ [1-9a-f] ]]; then
        has_commit "$EVENT_BEFORE" ||
            git fetch --quiet --no-tags --depth=1 origin "$EVENT_BEFORE" || true
        if has_commit "$EVENT_BEFORE"; then
            baseline=(--base-exact "$EVENT_BEFORE")
        else
            say "the commit before the push is gone; each module is compared with itself"
            baseline=(--no-base)
        fi
    else
        say "nothing says what was there before; each module is compared with itself"
        baseline=(--no-base)
    fi
}

# The words of $1, which may be quoted, as the array `words`.
split() {
    words=()
    if [[ -n ${1//[[:space:]]/} ]]; then
        local lines
        lines=$(xargs printf '%s\n' <<<"$1")
        mapfile -t words <<<"$lines"
    fi
}

find_baseline
split "$INPUT_ARGS"
arguments=("${words[@]}")
split "$INPUT_PATHS"
paths=("${words[@]}")
command=(
    "$RUNNER_TEMP/reloadsafe/bin/reloadsafe" check --no-progress --output-format "$INPUT_FORMAT"
    "${baseline[@]}" "${arguments[@]}" -- "${paths[@]}"
)
say "check ${command[*]:5}"
if [[ $INPUT_FORMAT != sarif ]]; then
    exec "${command[@]}"
fi
status=0
"${command[@]}" >"$INPUT_SARIF_FILE" || status=$?
echo "sarif-file=$INPUT_WORKING_DIRECTORY/$INPUT_SARIF_FILE" >>"$GITHUB_OUTPUT"
exit "$status"
