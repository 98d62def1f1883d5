error = RuntimeError
TIMEOUT_MAX = 9223372036.0


class RLock:
    def __init__(self):
        self._count = 0

    def acquire(self, blocking=True, timeout=-1):
        self._count = self._count + 1
        return True

    def release(self):
        self._count = self._count - 1

    def __enter__(self):
        return self.acquire()

    def __exit__(self, t, v, tb):
        self.release()

    def _is_owned(self):
        return self._count > 0

    def _acquire_restore(self, state):
        self._count = state

    def _release_save(self):
        state = self._count
        self._count = 0
        return state


class lock:
    def __init__(self):
        self._locked = False

    def acquire(self, blocking=True, timeout=-1):
        if self._locked and not blocking:
            return False
        self._locked = True
        return True

    def release(self):
        self._locked = False

    def locked(self):
        return self._locked

    def __enter__(self):
        return self.acquire()

    def __exit__(self, t, v, tb):
        self.release()


LockType = allocate_lock = lock


class _local:
    # Who reloads is the thread that has imported.
    pass


def _set_sentinel():
    return lock()


def get_ident():
    return 1


def get_native_id():
    return 1


def start_new_thread(function, args, kwargs=None):
    thread = getattr(function, "__self__", None)
    if hasattr(thread, "_started"):
        thread._started.set()
    return 2
