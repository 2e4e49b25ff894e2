/* Who listens to a run. */
#include "suite/listen.h"

#include <errno.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/memory.h"
#include "trace/stream.h"

void suite_stop_listening(suite_listeners *listeners) {
    trace_stream_free(listeners->trace);
    table_collector_free(listeners->table);
    *listeners = (suite_listeners){NULL, NULL};
}

static int add_listeners(const suite_wanted *wanted, suite_listeners *listeners) {
    int error = 0;
    if (wanted->trace_path != NULL)
        error = trace_stream_write(listeners->trace, wanted->trace_path);
    if (error != 0 || !wanted->table)
        return error;
    listeners->table = table_collector_new();
    if (listeners->table == NULL)
        return CAD_ENOMEM;
    trace_stream_add(listeners->trace, table_collector_consumer(listeners->table));
    return 0;
}

static int tell(run_machine *machine, const suite_wanted *wanted, const struct trace_header *header,
                suite_listeners *listeners) {
    int error = trace_stream_new(header, &listeners->trace);
    if (error == 0)
        error = add_listeners(wanted, listeners);
    if (error != 0)
        return error;
    run_machine_trace(machine, listeners->trace);
    return 0;
}

int suite_listen(run_machine *machine, const run_machine_options *settings,
                 const suite_wanted *wanted, suite_listeners *listeners) {
    char started[40];
    struct utsname host;
    if (wanted->trace_path == NULL && !wanted->table)
        return 0;
    struct trace_override *overrides = base_zalloc(settings->override_count + 1, sizeof *overrides);
    if (overrides == NULL)
        return CAD_ENOMEM;
    for (size_t i = 0; i < settings->override_count; i++)
        overrides[i] =
            (struct trace_override){settings->overrides[i].name, settings->overrides[i].value};
    struct trace_header header = {.overrides = overrides,
                                  .override_count = settings->override_count,
                                  .detail = wanted->detail};
    run_machine_header(machine, &header);
    time_t now = time(NULL);
    if (settings->real && strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now)) > 0)
        header.started = started;
    if (settings->real && uname(&host) == 0)
        header.host = host.nodename;
    int error = tell(machine, wanted, &header, listeners);
    int reason = errno;
    base_free(overrides);
    errno = reason;
    return error;
}
