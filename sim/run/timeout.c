/* Timeouts that variables hold. */
#include "run/timeout.h"

#include "base/memory.h"

run_timeout *run_timeout_new(cad_timeout *scope) {
    run_timeout *timeout = base_zalloc(1, sizeof *timeout);
    if (timeout == NULL)
        return NULL;
    timeout->references = 1;
    timeout->scope = scope;
    return timeout;
}

run_timeout *run_timeout_ref(run_timeout *timeout) {
    timeout->references++;
    return timeout;
}

void run_timeout_unref(run_timeout *timeout) {
    if (--timeout->references == 0)
        base_free(timeout);
}

cad_timeout *run_timeout_scope(expr_value value) {
    if (expr_is_reference(value))
        return ((run_timeout *)expr_to_pointer(value))->scope;
    return (cad_timeout *)(uintptr_t)value;
}

void run_timeout_leave(run_timeout *timeout) {
    timeout->expired = cad_timeout_expired(timeout->scope);
    timeout->when_ns = cad_timeout_when(timeout->scope);
    timeout->scope = NULL;
}

bool run_timeout_expired(const run_timeout *timeout) {
    return timeout->scope != NULL ? cad_timeout_expired(timeout->scope) : timeout->expired;
}

int64_t run_timeout_when(const run_timeout *timeout) {
    return timeout->scope != NULL ? cad_timeout_when(timeout->scope) : timeout->when_ns;
}
