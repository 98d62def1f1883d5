;;; reloadsafe-lsp-mode.el --- reloadsafe through lsp-mode -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The way to the server for those who use lsp-mode, in which it stands beside another server for
;; Python.  Nothing of lsp-mode is loaded before `reloadsafe-lsp-mode-setup' is called, so that the
;; package can be installed without it.

;;; Code:

(require 'cl-lib)
(require 'reloadsafe)
(require 'seq)

(declare-function lsp--buffer-uri "lsp-mode")
(declare-function lsp--client-server-id "lsp-mode")
(declare-function lsp--workspace-client "lsp-mode")
(declare-function lsp-register-client "lsp-mode")
(declare-function lsp-request "lsp-mode")
(declare-function lsp-request-async "lsp-mode")
(declare-function lsp-stdio-connection "lsp-mode")
(declare-function lsp-workspaces "lsp-mode")
(declare-function make-lsp-client "lsp-mode")
(defvar lsp--cur-workspace)
(defvar lsp-language-id-configuration)

(defconst reloadsafe--commands
  '("markReloaded" "markRestarted" "showNamespace" "showHistory" "showPlan" "compareWithVersion")
  "The server's commands, to which code lenses and code actions lead.")

;;;###autoload
(defun reloadsafe-lsp-mode-setup ()
  "Let lsp-mode start reloadsafe for Python, beside the server that is there."
  (require 'lsp-mode)
  (add-hook 'reloadsafe-connection-functions #'reloadsafe--lsp-mode-connection)
  (lsp-register-client
   (make-lsp-client
    :new-connection (lsp-stdio-connection (lambda () reloadsafe-command))
    :major-modes '(python-mode python-ts-mode)
    :server-id 'reloadsafe
    :add-on? t
    :initialization-options (lambda () reloadsafe-settings)
    :request-handlers (reloadsafe--table '("window/showDocument") #'reloadsafe--shown)
    :action-handlers (reloadsafe--table
                      (mapcar (lambda (name) (concat "reloadsafe." name)) reloadsafe--commands)
                      #'reloadsafe--run))))

(defun reloadsafe--table (keys value)
  "A hash table in which each of KEYS leads to VALUE."
  (let ((table (make-hash-table :test #'equal)))
    (dolist (key keys table)
      (puthash key value table))))

(defun reloadsafe--plist (object)
  "OBJECT of the protocol as a plist; lsp-mode gives hash tables or plists."
  (if (hash-table-p object)
      (let (plist)
        (maphash (lambda (key value)
                   (setq plist (cl-list* (intern (concat ":" key)) value plist)))
                 object)
        plist)
    object))

(defun reloadsafe--lsp-mode-connection ()
  "The connection of this buffer, where lsp-mode serves it."
  (when-let ((workspace (and (fboundp 'lsp-workspaces)
                             (seq-find (lambda (it)
                                         (eq (lsp--client-server-id (lsp--workspace-client it))
                                             'reloadsafe))
                                       (lsp-workspaces)))))
    (make-reloadsafe-connection
     :uri (lsp--buffer-uri)
     ;; Other servers of the buffer would be asked, too.
     :ask (lambda (method params)
            (let ((lsp--cur-workspace workspace))
              (reloadsafe--plist (lsp-request method params))))
     :tell (lambda (method params)
             (let ((lsp--cur-workspace workspace))
               (lsp-request-async method params #'ignore
                                  :mode 'detached
                                  :error-handler
                                  (lambda (failure)
                                    (message "reloadsafe: %s"
                                             (plist-get (reloadsafe--plist failure)
                                                        :message)))))))))

(defun reloadsafe--shown (_workspace params)
  "Answer the request of PARAMS to show a document.
The answer of the command that is about it has it, too, and it is shown
from there."
  (let ((uri (plist-get (reloadsafe--plist params) :uri)))
    (list :success (if (string-prefix-p "reloadsafe:" uri) t :json-false))))

(defun reloadsafe--run (action)
  "Run the command of a code lens or a code ACTION."
  (let* ((action (reloadsafe--plist action))
         (command (string-remove-prefix "reloadsafe." (plist-get action :command)))
         (arguments (append (plist-get action :arguments) nil)))
    (cond
     ((string-prefix-p "mark" command)
      (apply #'reloadsafe--tell command arguments))
     ((equal command "compareWithVersion")
      (reloadsafe-compare-with-version (cadr arguments)))
     (t
      (reloadsafe--show command)))))

(provide 'reloadsafe-lsp-mode)
;;; reloadsafe-lsp-mode.el ends here
