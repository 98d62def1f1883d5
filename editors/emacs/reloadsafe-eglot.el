;;; reloadsafe-eglot.el --- reloadsafe through Eglot -*- lexical-binding: t -*-

;; SPDX-License-Identifier: MIT

;;; Commentary:

;; The way to the server for those who use Eglot.

;;; Code:

(require 'eglot)
(require 'jsonrpc)
(require 'reloadsafe)

;;;###autoload
(defun reloadsafe-setup ()
  "Let Eglot start reloadsafe for Python."
  (add-hook 'reloadsafe-connection-functions #'reloadsafe--eglot-connection)
  (add-to-list 'eglot-server-programs
               (cons '(python-mode python-ts-mode)
                     (lambda (&rest _)
                       (append reloadsafe-command
                               (list :initializationOptions
                                     (or reloadsafe-settings eglot--{})))))))

(defun reloadsafe--eglot-connection ()
  "The connection of this buffer, where Eglot serves it."
  (when-let ((server (eglot-current-server)))
    (make-reloadsafe-connection
     :uri (plist-get (eglot--TextDocumentIdentifier) :uri)
     :ask (lambda (method params)
            (jsonrpc-request server (intern (concat ":" method)) params))
     :tell (lambda (method params)
             (jsonrpc-async-request
              server (intern (concat ":" method)) params
              :error-fn (lambda (failure)
                          (message "reloadsafe: %s" (plist-get failure :message))))))))

;; The server asks to show what a command is about.  The command's answer has it, too, and it is
;; shown from there: Eglot before 1.16 is not asked.
(cl-defmethod eglot-handle-request :around
  (_server (_method (eql window/showDocument)) &key uri &allow-other-keys)
  (if (string-prefix-p "reloadsafe:" uri)
      '(:success t)
    (cl-call-next-method)))

(provide 'reloadsafe-eglot)
;;; reloadsafe-eglot.el ends here
