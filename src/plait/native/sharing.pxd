from plait.native cimport calling, coroutine


cdef extern from *:
    """
    /* The variables of a context are an immutable mapping: those that refer to the same one are alike for certain. The
       interpreter does not tell which it is; all versions so far have it in the second field. */
    typedef struct {
        PyObject_HEAD
        PyObject *previous;
        PyObject *variables;
    } plait_sharing_context;

    typedef struct plait_sharing_loan {
        PyObject *context;
        void *borrower;
        struct plait_sharing_loan *outer;
        int is_reusable; /* nobody is in the midst of running */
        int may_stay;    /* entered, for the next */
    } plait_sharing_loan;

    typedef struct {
        PyObject *snapshot;
        PyObject *spare;          /* what was given back last */
        PyObject *kept;           /* what was not given back, until its owner takes it */
        plait_sharing_loan *loan; /* the innermost */
        PyObject *base;           /* the context in which the loop runs, or NULL; it is alive as long as that runs */
        int is_entered;           /* the context that may stay, which is lent or spare */
    } plait_sharing;

    #define plait_sharing_variables(context) (((plait_sharing_context *)(context))->variables)
    #define plait_sharing_are_alike(context, other) \\
        (plait_sharing_variables(context) == plait_sharing_variables(other))

    /* Whether the mapping is where it should be: a copy refers to the same one, and after a change to another. */
    CYTHON_UNUSED static int plait_sharing_try(PyObject *context, PyObject *copy, PyObject *variable) {
        PyObject *first, *token;
        int differs;
        if ((size_t)Py_TYPE(context)->tp_basicsize < sizeof(plait_sharing_context)) return 0;
        first = plait_sharing_variables(context);
        if (first == NULL || first != plait_sharing_variables(copy) || PyContext_Enter(context) < 0) return 0;
        token = PyContextVar_Set(variable, Py_None);
        differs = !plait_sharing_are_alike(context, copy);
        if (PyContext_Exit(context) < 0 || token == NULL) return 0;
        Py_DECREF(token);
        return differs && plait_sharing_variables(copy) == first;
    }

    CYTHON_UNUSED static int plait_sharing_can_share(void) {
    #ifdef Py_GIL_DISABLED
        return 0;
    #else
        PyObject *context = PyContext_New(), *copy = context == NULL ? NULL : PyContext_Copy(context);
        PyObject *variable = PyContextVar_New("plait_sharing", NULL);
        int can = copy != NULL && variable != NULL && plait_sharing_try(context, copy, variable);
        Py_XDECREF(variable);
        Py_XDECREF(copy);
        Py_XDECREF(context);
        PyErr_Clear();
        return can;
    #endif
    }

    CYTHON_UNUSED static void *plait_sharing_make(void) {
        void *sharing = PyMem_Calloc(1, sizeof(plait_sharing));
        if (sharing == NULL) PyErr_NoMemory();
        return sharing;
    }

    /* Whether nobody is in the midst of running: the current context is the loop's, or the one that stayed entered. */
    static inline int plait_sharing_is_at_base(plait_sharing *sharing, PyThreadState *state) {
        PyObject *innermost = sharing->is_entered ? sharing->spare : sharing->base;
        return sharing->base != NULL && sharing->loan == NULL && state->context == innermost;
    }

    static inline int plait_sharing_can_take(plait_sharing *sharing, PyThreadState *state, PyObject *snapshot) {
        return sharing->spare != NULL && plait_sharing_are_alike(sharing->spare, snapshot)
            && plait_sharing_is_at_base(sharing, state);
    }

    CYTHON_UNUSED static void plait_sharing_leave_spare(plait_sharing *sharing, PyThreadState *state) {
        if (sharing->is_entered && plait_sharing_is_at_base(sharing, state)) {
            PyContext_Exit(sharing->spare);
            sharing->is_entered = 0;
        }
    }

    CYTHON_UNUSED static void plait_sharing_forget(void *cell) {
        plait_sharing *sharing = (plait_sharing *)cell;
        if (sharing->is_entered) plait_sharing_leave_spare(sharing, PyThreadState_Get());
        if (!sharing->is_entered) Py_CLEAR(sharing->spare);
        Py_CLEAR(sharing->snapshot);
        Py_CLEAR(sharing->kept); /* of a callback that has asked for it, and so has it already */
    }

    CYTHON_UNUSED static void plait_sharing_begin(void *cell) {
        ((plait_sharing *)cell)->base = PyThreadState_Get()->context;
    }

    CYTHON_UNUSED static void plait_sharing_end(void *cell) {
        plait_sharing_forget(cell);
        ((plait_sharing *)cell)->base = NULL;
    }

    CYTHON_UNUSED static void plait_sharing_free(void *cell) {
        if (cell == NULL) return;
        plait_sharing_end(cell);
        PyMem_Free(cell);
    }

    /* What is dropped may have finalizers, which may come here again: it is dropped last. */
    CYTHON_UNUSED static PyObject *plait_sharing_snapshot(void *cell) {
        plait_sharing *sharing = (plait_sharing *)cell;
        PyObject *current = PyThreadState_Get()->context, *old = sharing->snapshot, *copy;
        if (old != NULL && current != NULL && plait_sharing_are_alike(current, old)) return Py_NewRef(old);
        copy = PyContext_CopyCurrent();
        if (copy == NULL || sharing->base == NULL) return copy;
        old = sharing->snapshot;
        sharing->snapshot = Py_NewRef(copy);
        Py_XDECREF(old);
        return copy;
    }

    /* Puts into `loan` a context with the variables of `snapshot`, entered. */
    CYTHON_UNUSED static int plait_sharing_enter(
            plait_sharing *sharing, plait_sharing_loan *loan, void *borrower, PyObject *snapshot) {
        PyThreadState *state = PyThreadState_Get();
        PyObject *context;
        int must_enter = 1;
        if (plait_sharing_can_take(sharing, state, snapshot)) {
            context = sharing->spare;
            sharing->spare = NULL;
            loan->is_reusable = 1;
            must_enter = !sharing->is_entered;
        } else {
            context = PyContext_Copy(snapshot); /* which may collect garbage, and so run anything */
            if (context == NULL) return -1;
            loan->is_reusable = plait_sharing_is_at_base(sharing, state);
            plait_sharing_leave_spare(sharing, state);
        }
        loan->may_stay = loan->is_reusable && plait_sharing_are_alike(sharing->base, snapshot);
        if (must_enter && PyContext_Enter(context) < 0) {
            Py_DECREF(context);
            return -1;
        }
        if (loan->may_stay) sharing->is_entered = 1;
        loan->context = context;
        loan->borrower = borrower;
        loan->outer = sharing->loan;
        sharing->loan = loan;
        return 0;
    }

    /* Ends the loan, with no exception raised, and returns the context if it is not as it was. Two references to it are
       the loan's and the thread's. What runs between two borrowers is to see the loop's variables: only a context with
       just these stays entered. */
    CYTHON_UNUSED static PyObject *plait_sharing_leave(
            plait_sharing *sharing, plait_sharing_loan *loan, PyObject *snapshot) {
        PyObject *context = loan->context, *old = context;
        int is_untouched = Py_REFCNT(context) == 2 && plait_sharing_are_alike(context, snapshot);
        sharing->loan = loan->outer;
        if (!is_untouched || !loan->may_stay) {
            if (PyContext_Exit(context) < 0) PyErr_Clear(); /* somebody left one too many */
            if (loan->may_stay) sharing->is_entered = 0;
        }
        if (!is_untouched) return context;
        if (loan->is_reusable) {
            old = sharing->spare;
            sharing->spare = context;
        }
        Py_XDECREF(old);
        return NULL;
    }

    /* A finalizer of what is dropped here may take steps of others: what came of this one is put down later. */
    static inline void plait_sharing_keep(plait_sharing *sharing, plait_sharing_loan *loan, PyObject *snapshot) {
        Py_XSETREF(sharing->kept, plait_sharing_leave(sharing, loan, snapshot));
    }

    CYTHON_UNUSED static PyObject *plait_sharing_borrowed_by(void *cell, PyObject *borrower, PyObject *snapshot) {
        plait_sharing_loan *loan = ((plait_sharing *)cell)->loan;
        while (loan != NULL && loan->borrower != (void *)borrower) loan = loan->outer;
        return loan == NULL ? PyContext_Copy(snapshot) : Py_NewRef(loan->context);
    }

    #define plait_sharing_has_kept(cell) (((plait_sharing *)(cell))->kept != NULL)

    CYTHON_UNUSED static PyObject *plait_sharing_take_kept(void *cell) {
        PyObject *kept = ((plait_sharing *)cell)->kept;
        ((plait_sharing *)cell)->kept = NULL;
        return kept;
    }

    CYTHON_UNUSED static PyObject *plait_sharing_attempt(
            void *cell, PyObject *borrower, PyObject *snapshot, PyObject *function, PyObject *args) {
        plait_sharing_loan loan;
        PyObject *result;
        if (plait_sharing_enter((plait_sharing *)cell, &loan, borrower, snapshot) < 0) return plait_calling_raised();
        result = plait_calling_attempt_here(function, args);
        plait_sharing_keep((plait_sharing *)cell, &loan, snapshot);
        return result;
    }

    CYTHON_UNUSED static PyObject *plait_sharing_resume(
            void *cell, PyObject *borrower, PyObject *snapshot, PyObject *coro, PyObject *ended) {
        plait_sharing_loan loan;
        PyObject *out = NULL;
        PySendResult sent;
        if (plait_sharing_enter((plait_sharing *)cell, &loan, borrower, snapshot) < 0) {
            return plait_coroutine_ended(ended, 1, plait_calling_raised());
        }
        sent = plait_coroutine_send(coro, &out);
        plait_sharing_keep((plait_sharing *)cell, &loan, snapshot);
        return plait_coroutine_outcome(sent, out, ended);
    }

    CYTHON_UNUSED static PyObject *plait_sharing_throw(
            void *cell, PyObject *borrower, PyObject *snapshot, PyObject *coro, PyObject *error, PyObject *ended) {
        plait_sharing_loan loan;
        PyObject *out = NULL;
        PySendResult sent;
        if (plait_sharing_enter((plait_sharing *)cell, &loan, borrower, snapshot) < 0) {
            return plait_coroutine_ended(ended, 1, plait_calling_raised());
        }
        sent = plait_coroutine_raise(coro, error, &out);
        plait_sharing_keep((plait_sharing *)cell, &loan, snapshot);
        return plait_coroutine_outcome(sent, out, ended);
    }
    """
    bint can_share "plait_sharing_can_share"() noexcept
    void* make "plait_sharing_make"() except NULL
    void free "plait_sharing_free"(void* sharing) noexcept
    void begin "plait_sharing_begin"(void* sharing) noexcept
    void end "plait_sharing_end"(void* sharing) noexcept
    void forget "plait_sharing_forget"(void* sharing) noexcept
    object snapshot "plait_sharing_snapshot"(void* sharing)
    object borrowed_by "plait_sharing_borrowed_by"(void* sharing, object borrower, object snapshot)
    bint has_kept "plait_sharing_has_kept"(void* sharing) noexcept
    object take_kept "plait_sharing_take_kept"(void* sharing)
    object attempt "plait_sharing_attempt"(void* sharing, object borrower, object snapshot, object function, tuple args)
    object resume "plait_sharing_resume"(void* sharing, object borrower, object snapshot, object coro, list cell)
    object throw "plait_sharing_throw"(
        void* sharing, object borrower, object snapshot, object coro, object error, list cell)
