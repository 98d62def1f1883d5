;; usage: FILE=module.py SERVER=program emacs --batch -L . -l test-lsp-mode.el
;; Edits FILE so that a definition is orphaned, waits for what is said, applies the preferred fix,
;; and prints what became of it: one `key<tab>value' a line.  -*- lexical-binding: t -*-

(require 'python)
(require 'reloadsafe)
(require 'test-common)

(setq reloadsafe-settings '(:inlayHints :json-false)
      lsp-auto-guess-root t
      lsp-restart 'ignore
      lsp-keep-workspace-alive nil
      lsp-enable-file-watchers nil
      lsp-enable-suggest-server-download nil
      lsp-diagnostics-provider :flymake
      lsp-session-file (expand-file-name "session" (file-name-directory (getenv "FILE"))))
(reloadsafe-lsp-mode-setup)
;; The servers that other languages have are no business of this test.
(setq lsp-enabled-clients '(reloadsafe))

(defun findings (code)
  (seq-filter (lambda (it) (or (null code) (equal (lsp-get it :code) code)))
              (lsp--get-buffer-diagnostics)))

(say "emacs" emacs-version)
(find-file (getenv "FILE"))
(python-mode)
(lsp-workspace-folders-add (file-name-directory (getenv "FILE")))
(lsp)
(wait "the server" (lambda () (seq-some (lambda (it) (eq (lsp--workspace-status it) 'initialized))
                                        (lsp-workspaces))))

(type-over "def area" "def surface")
(let ((ghost (car (wait "a ghost read" (lambda () (findings "RS104"))))))
  (say "ghost" (format "%d: %s" (1+ (lsp-get (lsp-get (lsp-get ghost :range) :start) :line))
                       (lsp-get ghost :message)))
  (goto-char (point-min))
  (search-forward "area")
  (backward-char)
  (let* ((actions (append (lsp-code-actions-at-point) nil))
         (action (seq-find (lambda (it) (eq (lsp-get it :isPreferred) t)) actions)))
    (say "title" (lsp-get action :title))
    (lsp-execute-code-action action)))
(wait "the fix" (lambda () (null (findings "RS104"))))
(say-fixed)

(let ((module (current-buffer)))
  (wait "the orphan" (lambda () (findings "RS101")))
  (say-old)
  (set-buffer module)
  ;; As a press on the line above the module does.
  (let ((lens (seq-find (lambda (it) (string-match-p "version" (lsp-get (lsp-get it :command) :title)))
                        (lsp-request "textDocument/codeLens"
                                     (list :textDocument (lsp--text-document-identifier))))))
    (lsp--execute-command (lsp-get lens :command))
    (say "lens" (buffer-name)))
  (set-buffer module)
  (reloadsafe-mark-restarted nil)
  (wait "the end of the orphan" (lambda () (null (findings nil))))
  (say "restarted" (length (findings nil)))
  (let ((workspace (car (lsp-workspaces))))
    (lsp-workspace-shutdown workspace)
    (wait "the end of the server" (lambda () (not (process-live-p (lsp--workspace-proc workspace))))))
  (say "stopped" "true"))
