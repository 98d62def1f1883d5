;;; reloadsafe.el --- What reloading a Python module would break -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages, tools, python
;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The language server reloadsafe says what `importlib.reload' of a Python module would leave
;; behind, break or tear.  Diagnostics and fixes come through Eglot or lsp-mode; this file adds the
;; server's commands, and the documents that exist only in the server: old versions of a module,
;; the namespace after the reload, the history, the plan.
;;
;; reloadsafe-eglot.el and reloadsafe-lsp-mode.el are the ways to the server.

;;; Code:

(require 'cl-lib)
(require 'url-util)

(autoload 'reloadsafe-setup "reloadsafe-eglot")
(autoload 'reloadsafe-lsp-mode-setup "reloadsafe-lsp-mode")

(defgroup reloadsafe nil
  "What reloading a Python module would break."
  :group 'python)

(defcustom reloadsafe-command '("reloadsafe" "server")
  "The server's program and its arguments."
  :type '(repeat string))

(defcustom reloadsafe-settings nil
  "What is sent to the server as initialization options, a plist.
The keys are those of the configuration file in camelCase, and the
server's own, such as (:reloadOn \"command\" :ignore [\"RS103\"])."
  :type 'plist)

(cl-defstruct reloadsafe-connection
  "What serves a buffer."
  (uri nil :documentation "The URI of the module that the buffer shows.")
  (ask nil :documentation "Sends METHOD with PARAMS, a plist, and gives the answer as a plist.")
  (tell nil :documentation "The same without waiting; the answer is nothing."))

(defvar reloadsafe-connection-functions nil
  "Functions that find what serves the current buffer.
Each gives a `reloadsafe-connection', or nil where its client does not
serve the buffer.")

(defun reloadsafe--connection ()
  "What serves this buffer."
  (or (run-hook-with-args-until-success 'reloadsafe-connection-functions)
      (user-error "No server of reloadsafe serves this buffer")))

(defun reloadsafe--request (method params)
  "Send METHOD with PARAMS to the server of this buffer."
  (funcall (reloadsafe-connection-ask (reloadsafe--connection)) method params))

(defun reloadsafe--uri ()
  "The URI of the module that this buffer shows."
  (reloadsafe-connection-uri (reloadsafe--connection)))

(defun reloadsafe--call (command arguments)
  "The parameters of `workspace/executeCommand' for COMMAND with ARGUMENTS."
  (list :command (concat "reloadsafe." command) :arguments (vconcat arguments)))

(defun reloadsafe--execute (command &rest arguments)
  "Run the server's COMMAND with ARGUMENTS, and give its answer."
  (reloadsafe--request "workspace/executeCommand" (reloadsafe--call command arguments)))

(defun reloadsafe--tell (command &rest arguments)
  "Run the server's COMMAND with ARGUMENTS, which answers nothing."
  ;; Not waited for: what comes right behind an answer that somebody waits for is left lying by
  ;; the jsonrpc of Emacs 28, and here that is what has become of the findings.
  (funcall (reloadsafe-connection-tell (reloadsafe--connection))
           "workspace/executeCommand" (reloadsafe--call command arguments)))

;;;; Documents

(defun reloadsafe--name (uri)
  "The name of the buffer for URI."
  (if (string-match "\\`reloadsafe:\\(?://\\)?\\([^?]*\\)\\(?:\\?\\(.*\\)\\)?\\'" uri)
      (let ((file (file-name-nondirectory (url-unhex-string (match-string 1 uri))))
            (what (match-string 2 uri)))
        (format "*reloadsafe %s%s*" file
                (if what (concat " " (string-replace "=" " " what)) "")))
    (format "*reloadsafe %s*" uri)))

(defun reloadsafe--buffer (uri text)
  "A read-only buffer with TEXT, which is what is at URI."
  (with-current-buffer (get-buffer-create (reloadsafe--name uri))
    (let ((inhibit-read-only t))
      (erase-buffer)
      (insert text)
      (goto-char (point-min)))
    ;; Highlighted as Python, but no module that a server should look at.
    (when (string-match-p "\\?version=" uri)
      (delay-mode-hooks (python-mode)))
    (set-buffer-modified-p nil)
    (setq buffer-read-only t)
    (current-buffer)))

(defun reloadsafe-open (uri)
  "Show the document at URI, which exists only in the server."
  (let ((answer (reloadsafe--request "reloadsafe/versionText" (list :uri uri))))
    (pop-to-buffer (reloadsafe--buffer uri (plist-get answer :text)))))

(defun reloadsafe--show (command)
  "Show what the server's COMMAND answers."
  (let ((answer (reloadsafe--execute command (reloadsafe--uri))))
    (pop-to-buffer (reloadsafe--buffer (plist-get answer :uri) (plist-get answer :text)))))

;;;; Commands

;;;###autoload
(defun reloadsafe-mark-reloaded ()
  "Say that the process has reloaded this module, with the text as saved."
  (interactive)
  (reloadsafe--tell "markReloaded" (reloadsafe--uri)))

;;;###autoload
(defun reloadsafe-mark-restarted (all)
  "Say that the process was restarted; with a prefix argument ALL modules."
  (interactive "P")
  (if all
      (reloadsafe--tell "markRestarted")
    (reloadsafe--tell "markRestarted" (reloadsafe--uri))))

;;;###autoload
(defun reloadsafe-show-namespace ()
  "Show what this module would hold after the reload."
  (interactive)
  (reloadsafe--show "showNamespace"))

;;;###autoload
(defun reloadsafe-show-history ()
  "Show what the process has loaded of this module."
  (interactive)
  (reloadsafe--show "showHistory"))

;;;###autoload
(defun reloadsafe-show-plan ()
  "Show in which order to reload what has changed."
  (interactive)
  (reloadsafe--show "showPlan"))

;;;###autoload
(defun reloadsafe-compare-with-version (version)
  "Compare this module with a VERSION that the process has loaded.
Without a prefix argument it is the newest."
  (interactive "P")
  (let* ((module (current-buffer))
         (number (and version (list (prefix-numeric-value version))))
         (answer (apply #'reloadsafe--execute "compareWithVersion" (reloadsafe--uri) number))
         (old (reloadsafe--buffer (plist-get answer :left) (plist-get answer :text))))
    (if noninteractive
        old
      (ediff-buffers old module))))

(provide 'reloadsafe)
;;; reloadsafe.el ends here
