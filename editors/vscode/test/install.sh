#!/usr/bin/env bash
# usage: install.sh DIRECTORY
# Puts the editor in which the extension is tested into DIRECTORY: code-server (VS Code with a web
# page for a window) and what drives the page. Needs Node 24 with npm on the PATH, and from apt:
# chromium, ripgrep, a font.
#
# code-server's own postinstall downloads a ripgrep and compiles modules that nothing here needs
# (terminal, file log, watchdog), so no scripts are run and the search tool is the system's.
set -euo pipefail

code_server=4.139.1 # VS Code 1.139.1, for Node 24
playwright=1.65.1

mkdir -p "$1"
cd "$1"
log="$PWD/install.log"
wanted="code-server $code_server, playwright-core $playwright"
if [[ -r installed && "$(<installed)" == "$wanted" ]]; then
    exit 0
fi
node --version | grep -q '^v24\.' || { echo "install.sh: Node 24 is needed, not $(node --version)" >&2; exit 1; }
quietly() {
    "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
}
echo '{ "private": true }' >package.json
quietly npm install --ignore-scripts --no-audit --no-fund \
    "code-server@$code_server" "playwright-core@$playwright"
# What the postinstall would have done, without its downloads.
vscode=node_modules/code-server/lib/vscode
for folder in "$vscode" "$vscode/extensions"; do
    (cd "$folder" && quietly npm install --omit=dev --ignore-scripts --no-audit --no-fund)
done
ripgrep="$vscode/node_modules/@vscode/ripgrep"
if [[ -d "$ripgrep" ]]; then
    mkdir -p "$ripgrep/bin"
    ln -sf "$(command -v rg)" "$ripgrep/bin/rg"
fi
rm -rf "$vscode/node_modules.asar"
ln -s node_modules "$vscode/node_modules.asar"
ln -sf code-linux.sh "$vscode/bin/remote-cli/code-server"
ln -sf browser-linux.sh "$vscode/bin/helpers/browser.sh"
echo "$wanted" >installed
