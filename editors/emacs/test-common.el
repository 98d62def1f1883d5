;; What both scripts of the tests do alike.  -*- lexical-binding: t -*-

(setq make-backup-files nil
      create-lockfiles nil
      reloadsafe-command (list (getenv "SERVER") "server"))

(defvar test-tick #'ignore
  "What is done again and again while something is waited for.")

(defun say (key value)
  (princ (format "%s\t%s\n" key value)))

(defun wait (what condition)
  (let ((end (+ (float-time) 30)) found)
    (while (not (setq found (funcall condition)))
      (when (> (float-time) end) (error "Waited in vain for %s" what))
      (accept-process-output nil 0.05)
      (funcall test-tick))
    found))

(defun type-over (old new)
  (goto-char (point-min))
  (search-forward old)
  (replace-match new t t))

(defun say-fixed ()
  "Says what the line is now that was mended, and saves."
  (goto-char (point-max))
  (forward-line -1)
  (say "fixed" (buffer-substring (point) (line-end-position)))
  (save-buffer))

(defun say-old ()
  "Says what version 0 was, and what is left over; shows the namespace."
  (with-current-buffer (reloadsafe-compare-with-version 0)
    (say "old" (buffer-substring (point-min) (line-end-position)))
    (say "name" (buffer-name)))
  (reloadsafe-show-namespace)
  (say "namespace" (if (string-match-p "orphan" (buffer-string)) "orphan" "")))

(provide 'test-common)
