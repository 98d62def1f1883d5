# reloadsafe through kak-lsp: source this file behind the line that starts kak-lsp.

hook -group reloadsafe global BufSetOption filetype=python %{
    # Added to the servers that kak-lsp has for Python.
    set-option -add buffer lsp_servers %{
        [reloadsafe]
        command = "reloadsafe"
        args = ["server"]
        root_globs = ["reloadsafe.toml", "pyproject.toml", "setup.py", "setup.cfg", ".git"]
        settings_section = "reloadsafe"
        [reloadsafe.settings.reloadsafe]
        # The keys of the configuration file in camelCase, and the server's own:
        # reloadOn = "command"
        # ignore = ["RS103"]
    }
}

define-command -hidden reloadsafe-tell -params 1 %{
    evaluate-commands %sh{
        # A path as a URI, in JSON, in Kakoune's quotes.
        uri=$(printf %s "$kak_buffile" |
            sed 's/%/%25/g; s/#/%23/g; s/?/%3F/g; s/"/%22/g; s/\\/%5C/g; s/'\''/%27/g; s/ /%20/g')
        echo "lsp-execute-command reloadsafe.$1 '[\"file://$uri\"]' reloadsafe"
    }
}

define-command reloadsafe-mark-reloaded \
    -docstring "say that the process has reloaded this module, with the text as saved" %{
    reloadsafe-tell markReloaded
}

define-command reloadsafe-mark-restarted \
    -docstring "say that the process was restarted, for this module" %{
    reloadsafe-tell markRestarted
}

define-command reloadsafe-mark-all-restarted \
    -docstring "say that the process was restarted, for every module" %{
    lsp-execute-command reloadsafe.markRestarted '[]' reloadsafe
}
