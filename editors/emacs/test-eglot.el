;; usage: FILE=module.py SERVER=program emacs --batch -Q -L . -l test-eglot.el
;; Edits FILE so that a definition is orphaned, waits for what is said, applies the preferred fix,
;; and prints what became of it: one `key<tab>value' a line.  -*- lexical-binding: t -*-

(require 'flymake)
(require 'python)
(require 'reloadsafe)
(require 'test-common)

(setq eglot-sync-connect 30
      eglot-autoshutdown nil
      eglot-confirm-server-edits nil
      reloadsafe-settings '(:codeLens :json-false)
      test-tick (lambda ()
                  ;; Without a terminal there is no idle time, in which edits would be sent.
                  (eglot--signal-textDocument/didChange)
                  (flymake-start)))

(defun finding (words)
  (seq-find (lambda (it) (string-match-p (regexp-quote words) (flymake-diagnostic-text it)))
            (flymake-diagnostics)))

(say "emacs" emacs-version)
(reloadsafe-setup)
(find-file (getenv "FILE"))
(python-mode)
;; `eglot-ensure' waits for a command to end, and none does here.
(apply #'eglot (eglot--guess-contact))
(flymake-mode 1)

(type-over "def area" "def surface")
(let ((ghost (wait "a ghost read" (lambda () (finding "still finds")))))
  (say "ghost" (format "%d: %s" (line-number-at-pos (flymake-diagnostic-beg ghost))
                       (flymake-diagnostic-text ghost)))
  (let* ((actions (eglot-code-actions (flymake-diagnostic-beg ghost)
                                      (flymake-diagnostic-end ghost) "quickfix"))
         (action (seq-find (lambda (it) (eq (plist-get it :isPreferred) t)) actions)))
    (say "title" (plist-get action :title))
    (if (fboundp 'eglot-execute)
        (eglot-execute (eglot-current-server) action)
      (eglot--apply-workspace-edit (plist-get action :edit) nil))))
(wait "the fix" (lambda () (not (finding "still finds"))))
(say-fixed)

(let ((module (current-buffer)))
  (wait "the orphan" (lambda () (finding "keeps the old")))
  (say-old)
  (set-buffer module)
  (reloadsafe-show-history)
  (say "history" (if (string-match-p "version 1: reloaded" (buffer-string)) "reloaded" ""))
  (set-buffer module)
  (reloadsafe-mark-restarted nil)
  (wait "the end of the orphan" (lambda () (null (flymake-diagnostics))))
  (say "restarted" (length (flymake-diagnostics)))
  (eglot-shutdown (eglot-current-server))
  (say "stopped" "true"))
