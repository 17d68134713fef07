cdef extern from *:
    """
    #if PY_VERSION_HEX < 0x030C0000
    /* 3.11 has no function for it: read the frame as its own debugger does. */
    #ifndef Py_BUILD_CORE
    #define Py_BUILD_CORE 1
    #include "internal/pycore_frame.h"
    #undef Py_BUILD_CORE
    #else
    #include "internal/pycore_frame.h"
    #endif
    #define PLAIT_FRAME(tstate) ((tstate)->cframe->current_frame)
    #define PLAIT_FRAME_CODE(frame) Py_NewRef((PyObject *)(frame)->f_code)
    #define PLAIT_FRAME_LASTI(frame) ((int)(_PyInterpreterFrame_LASTI(frame) * (int)sizeof(_Py_CODEUNIT)))
    #else
    #if PY_VERSION_HEX < 0x030D0000
    #define PLAIT_FRAME(tstate) ((tstate)->cframe->current_frame)
    #else
    #define PLAIT_FRAME(tstate) ((tstate)->current_frame)
    #endif
    #define PLAIT_FRAME_CODE(frame) PyUnstable_InterpreterFrame_GetCode(frame)
    #define PLAIT_FRAME_LASTI(frame) PyUnstable_InterpreterFrame_GetLasti(frame)
    #endif

    CYTHON_UNUSED static PyObject *plait_frame_code(void) {
        struct _PyInterpreterFrame *frame = PLAIT_FRAME(PyThreadState_Get());
        if (frame == NULL) Py_RETURN_NONE;
        return PLAIT_FRAME_CODE(frame);
    }

    CYTHON_UNUSED static int plait_frame_lasti(void) {
        struct _PyInterpreterFrame *frame = PLAIT_FRAME(PyThreadState_Get());
        return frame == NULL ? -1 : PLAIT_FRAME_LASTI(frame);
    }
    """
    object caller_code "plait_frame_code"()
    int caller_instruction "plait_frame_lasti"() noexcept
